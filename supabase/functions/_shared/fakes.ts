import { loggingEnv, readEnv } from "./env.ts";
import type { ChatDeps } from "./rpc.ts";

/** For handler tests: what stands in for the environment and the database. */
export const fakeKeys = {
  SUPABASE_URL: "http://127.0.0.1:1",
  SUPABASE_ANON_KEY: "anon.key.x",
  SUPABASE_SERVICE_ROLE_KEY: "service.key.x",
};

export interface Recorded {
  caller: string;
  name: string;
  args: Record<string, unknown>;
}

/** Dependencies whose database gives `result`, or throws it when it is an error. */
export function fakeDeps(
  result: unknown,
  variables: Record<string, string> = {},
): ChatDeps & { calls: Recorded[]; lines: string[] } {
  const calls: Recorded[] = [];
  const lines: string[] = [];
  return {
    env: readEnv(loggingEnv, {
      ...fakeKeys,
      ENABLE_CHAT_LOGGING: "true",
      USER_ID_SALT: "0123456789abcdef0123456789abcdef",
      ...variables,
    }),
    rpc: (caller, name, args) => {
      // As JSON sends them: what is undefined stays away.
      const sent: Record<string, unknown> = JSON.parse(JSON.stringify(args));
      calls.push({ caller: caller.kind, name, args: sent });
      return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
    },
    log: (line) => lines.push(line),
    calls,
    lines,
  };
}

export const fakeSession = {
  session_id: "3f0e8a52-6f0b-4a2e-9a3c-0d9a6f0f7b11",
  session_token: "test_123",
  started_at: "2026-01-01T00:00:00+00:00",
  ended_at: null,
  expires_at: "2026-04-01T00:00:00+00:00",
  claimed_at: null,
};

export const service = { authorization: `Bearer ${fakeKeys.SUPABASE_SERVICE_ROLE_KEY}` };
export const visitor = { "x-session-secret": "s".repeat(43) };
export const user = { authorization: "Bearer user.token.x" };

export function post(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Request {
  return new Request(`http://localhost/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

export function get(path: string, headers: Record<string, string> = {}): Request {
  return new Request(`http://localhost/${path}`, { headers });
}
