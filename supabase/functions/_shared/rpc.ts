import { PostgrestClient } from "@supabase/postgrest-js";
import type { Caller } from "./auth.ts";
import { rateKey, tokenKey } from "./client.ts";
import { keyHeaders, type LoggingEnv, saltProblem, serviceKeys } from "./env.ts";
import { HttpError, internal, unauthenticated } from "./errors.ts";
import type { SessionName } from "./schemas.ts";

/** Calls one function of the database as the caller: users by their own token, all others by the service key. */
export type Rpc = (
  caller: Caller,
  name: string,
  args: Record<string, unknown>,
  /** Of the result, as PostgREST's select; all by default. */
  columns?: string,
) => Promise<unknown>;

/** What the functions that log chats are made with. */
export interface ChatDeps {
  env: LoggingEnv;
  rpc: Rpc;
  log?: (line: string) => void;
}

const timeoutMs = 30_000;

export function createRpc(
  env: Pick<
    LoggingEnv,
    | "SUPABASE_URL"
    | "SUPABASE_ANON_KEY"
    | "SUPABASE_SERVICE_ROLE_KEY"
    | "SUPABASE_PUBLISHABLE_KEYS"
    | "SUPABASE_SECRET_KEYS"
  >,
): Rpc {
  const connect = (headers: Record<string, string>) =>
    new PostgrestClient(`${env.SUPABASE_URL}/rest/v1`, { headers, timeout: timeoutMs });
  const apikey = env.SUPABASE_PUBLISHABLE_KEYS[0] ?? env.SUPABASE_ANON_KEY;
  const service = connect(keyHeaders(serviceKeys(env)[0]));
  const clientOf = (caller: Caller) => {
    if (caller.kind === "user") return connect({ apikey, authorization: `Bearer ${caller.token}` });
    const key = caller.kind === "service" ? caller.key : undefined;
    return key === undefined ? service : connect(keyHeaders(key));
  };
  return async (caller, name, args, columns) => {
    const client = clientOf(caller);
    const send = () => {
      const call = client.rpc(name, args);
      return columns ? call.select(columns) : call;
    };
    let { data, error, status } = await send();
    // Two that waited for each other: nothing of this one is left, and every call may be repeated.
    if (error && /^(40001|40P01)$/.test(error.code)) ({ data, error, status } = await send());
    if (!error) return data;
    const refused = databaseError(status, error, caller);
    const { p_rate_key: p_key, p_rate_limit: p_limit } = args;
    // What fails takes its count back: guesses are counted here, so that they end with the limit too.
    if (p_key !== undefined && [400, 404, 409, 413].includes(refused.status)) {
      const counted = await service.rpc("take_rate_limit", { p_key, p_limit });
      if (counted.data === false) throw rateLimited();
    }
    throw refused;
  };
}

function rateLimited(): HttpError {
  return new HttpError(429, "RATE_LIMITED", "Too many requests", {
    hint: "Wait for the next minute, then send it again.",
    headers: { "retry-after": String(secondsLeft()) },
  });
}

interface Refusal {
  code?: string;
  message?: string;
  details?: string | null;
  hint?: string | null;
}

/** A refusal of the database as the function's own; of anything else only the SQLSTATE is kept, for the log. */
export function databaseError(
  status: number,
  error: Refusal,
  caller: Caller,
): HttpError {
  const { code = "", message = "", details, hint } = error;
  const raised = /^PT([45]\d\d)$/.exec(code)?.[1];
  if (raised && details && /^[A-Z_]+$/.test(details)) {
    return new HttpError(Number(raised), details, message, {
      hint: hint ?? undefined,
      headers: raised === "429" ? { "retry-after": String(secondsLeft()) } : {},
    });
  }
  // PostgREST's own words about a token: malformed, expired, of somebody else.
  if (
    caller.kind === "user" && (/^PGRST30\d$/.test(code) || status === 401)
  ) {
    return unauthenticated(
      "The token is not valid, or has expired: sign in again.",
    );
  }
  if (caller.kind === "service" && caller.key !== undefined && status === 401) {
    return unauthenticated("This service key is not in use any more.");
  }
  if (code === "42501" && caller.kind === "user") {
    return new HttpError(403, "FORBIDDEN", "Not allowed", {
      hint: "This token's role may not do that.",
      sqlstate: code,
    });
  }
  // A token outlives its user.
  if (
    code === "23503" && caller.kind === "user" && details?.includes('"users"')
  ) {
    return unauthenticated("The account of this token is gone.");
  }
  // Written at this moment by somebody else, as something else.
  if (code === "23505") {
    return new HttpError(409, "IDEMPOTENCY_MISMATCH", "Same key with another body", {
      hint: "Use a new id for a new request.",
      sqlstate: code,
    });
  }
  // Values that passed the rules of the function, but do not fit a column or a check.
  if (/^(22...|2350[02]|23514)$/.test(code)) {
    return new HttpError(400, "INVALID_ARGUMENT", "Invalid argument", {
      hint: "A value does not fit its column.",
      sqlstate: code,
    });
  }
  if (/^54...$/.test(code)) {
    return new HttpError(413, "TOO_LARGE", "Too large", {
      hint: "Send less at once.",
      sqlstate: code,
    });
  }
  const sqlstate = /^\w{5,8}$/.test(code) ? code : `HTTP ${status}`;
  return isAway(status, code) ? unavailable(sqlstate) : internal(sqlstate);
}

/** Gone, starting, full, or too busy to come to it in time: it passes, and the same call may be sent again. */
function isAway(status: number, code: string): boolean {
  return [0, 502, 503, 504].includes(status) ||
    // What PostgREST says when the database is killed under a request.
    (status === 400 && code === "") ||
    /^(08...|53...|57P..|57014|55P03|40001|40P01)$/.test(code);
}

function unavailable(sqlstate: string): HttpError {
  return new HttpError(503, "UNAVAILABLE", "The database does not answer", {
    hint: "Send it again with the same ids: what is stored already is not stored twice.",
    headers: { "retry-after": "5" },
    sqlstate,
  });
}

/** Windows of the rate limit begin with the minute. */
function secondsLeft(): number {
  return 60 - Math.floor(Date.now() / 1000) % 60;
}

/** What goes with a call for this caller: a visitor's secret, how often it may be made, and which session is meant. */
export async function callerArgs(
  caller: Caller,
  request: Request,
  env: LoggingEnv,
  session: SessionName = {},
): Promise<Record<string, unknown>> {
  const named = { p_session_id: session.sessionId, p_session_token: session.sessionToken };
  if (caller.kind === "service") {
    return caller.secret === undefined ? named : { ...named, p_session_secret: caller.secret };
  }
  const limited = { ...named, p_rate_limit: env.RATE_LIMIT_PER_MINUTE };
  // The database counts users by their id.
  if (caller.kind === "user") return limited;
  requireSalt(env);
  return {
    ...limited,
    p_rate_key: await rateKey(request, env),
    p_session_secret: caller.secret,
  };
}

/** Counts a call whose RPC counts none; a server's is free. */
export async function countCall(
  { env, rpc }: ChatDeps,
  caller: Caller,
  request: Request,
): Promise<void> {
  if (caller.kind === "service") return;
  if (caller.kind === "visitor") requireSalt(env);
  // The API looks at the token first: of those that are made up, each would leave a count.
  if (caller.kind === "user") await rpc(caller, "list_sessions", { p_limit: 1 }, "id");
  const allowed = await rpc({ kind: "service" }, "take_rate_limit", {
    p_key: caller.kind === "user" ? await tokenKey(caller.token) : await rateKey(request, env),
    p_limit: env.RATE_LIMIT_PER_MINUTE,
  });
  if (allowed !== true) throw rateLimited();
}

/** Nothing about a visitor is hashed with a salt that others know. */
export function requireSalt(env: LoggingEnv): void {
  const problem = saltProblem(env.USER_ID_SALT);
  if (!problem) return;
  throw new HttpError(503, "NOT_CONFIGURED", problem, {
    hint: "Set USER_ID_SALT to 32 random bytes: supabase/functions/.env.example has the commands.",
  });
}
