import { type LoggingEnv, saltProblem } from "../_shared/env.ts";

/** Whether chats can be logged, where they are to be: nobody is hashed with a salt that others know. */
export function checkConfiguration(
  env: Pick<LoggingEnv, "ENABLE_CHAT_LOGGING" | "USER_ID_SALT">,
): Promise<void> {
  const problem = env.ENABLE_CHAT_LOGGING ? saltProblem(env.USER_ID_SALT) : undefined;
  return problem ? Promise.reject(new Error(problem)) : Promise.resolve();
}
