import type { LoggingEnv } from "./env.ts";
import { unauthenticated } from "./errors.ts";

/** Who calls, as far as a function can tell: PostgREST verifies tokens, the database compares secrets. */
export type Caller =
  /** With a secret, on behalf of the visitor who has it: for its session alone, and without trust. */
  | { kind: "service"; secret?: string }
  | { kind: "visitor"; secret: string }
  | { kind: "user"; token: string };

type Keys = Pick<LoggingEnv, "SUPABASE_ANON_KEY" | "SUPABASE_SERVICE_ROLE_KEY">;

export const secretForm = /^[A-Za-z0-9_-]{43,255}$/;

export async function findCaller(
  request: Request,
  keys: Keys,
): Promise<Caller> {
  // As with the API of the database: the token says who calls, the key beside it only lets the call in.
  const user = await findUser(request, keys);
  const isService = !user && await hasKey(request, keys.SUPABASE_SERVICE_ROLE_KEY);
  const secret = request.headers.get("x-session-secret");
  if (secret !== null) {
    // An empty one too: who hands on what a browser did not send must not open every session with it.
    if (secretForm.test(secret)) return { kind: isService ? "service" : "visitor", secret };
    throw unauthenticated(
      "x-session-secret has 43 to 255 characters of A-Z a-z 0-9 _ -.",
    );
  }
  if (isService) return { kind: "service" };
  if (user) return user;
  throw unauthenticated(
    "Send a user's token, the session's secret in x-session-secret, or the service key.",
  );
}

/** The bearer of a token that is neither of the project's keys. */
export async function findUser(
  request: Request,
  keys: Keys,
): Promise<Caller & { kind: "user" } | undefined> {
  const token = bearer(request);
  // Keys of the new kind (sb_publishable_...) are no tokens: they have no three parts.
  if (
    !token || token === keys.SUPABASE_ANON_KEY || token.split(".").length !== 3
  ) return undefined;
  const isKey = isSame(await digest(token), await digest(keys.SUPABASE_SERVICE_ROLE_KEY));
  return isKey ? undefined : { kind: "user", token };
}

/** For what the service alone may call. */
export async function requireService(
  request: Request,
  { SUPABASE_SERVICE_ROLE_KEY }: Pick<Keys, "SUPABASE_SERVICE_ROLE_KEY">,
): Promise<void> {
  if (!await hasKey(request, SUPABASE_SERVICE_ROLE_KEY)) {
    throw unauthenticated("Send the service key.");
  }
}

/** Whether the caller has this key, as a bearer token or as apikey; takes the same time for every wrong one. */
export async function hasKey(request: Request, key: string): Promise<boolean> {
  const given = [bearer(request), request.headers.get("apikey")].filter((
    value,
  ) => value !== undefined && value !== null);
  const wanted = await digest(key);
  let found = false;
  for (const value of given) {
    found = isSame(await digest(value), wanted) || found;
  }
  return found;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.reduce((difference, byte, at) => difference | (byte ^ (other[at] ?? 0)), 0) === 0;
}

function bearer(request: Request): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "")
    ?.[1];
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)),
  );
}
