import { findCaller } from "../_shared/auth.ts";
import { createFunction } from "../_shared/http.ts";
import { callerArgs, type ChatDeps } from "../_shared/rpc.ts";
import { parse } from "../_shared/schemas.ts";
import { feedbackBody } from "./schema.ts";

/** POST feedback: how content a user or visitor is with a session. */
export function createHandler({ env, rpc, log }: ChatDeps) {
  return createFunction({
    name: "feedback",
    allowedOrigins: env.ALLOWED_ORIGINS,
    loggingEnabled: env.ENABLE_CHAT_LOGGING,
    log,
    routes: {
      "": {
        method: "POST",
        logsChats: true,
        handle: async ({ request, json }) => {
          const caller = await findCaller(request, env);
          const { value } = parse(feedbackBody, await json(), caller);
          await rpc(caller, "record_feedback", {
            ...await callerArgs(caller, request, env, value),
            p_user_satisfaction: value.userSatisfaction,
          });
          return { success: true };
        },
      },
    },
  });
}
