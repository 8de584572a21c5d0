import { type LoggingEnv, serviceKeys } from "./env.ts";
import { unauthenticated } from "./errors.ts";

/** Who calls, as far as a function can tell: PostgREST verifies tokens, the database compares secrets. */
export type Caller =
  /**
   * With a secret, on behalf of the visitor who has it: for its session alone, and without trust. Its calls go with
   * the key that it has, so that one which was switched off opens nothing; without, with the function's.
   */
  | { kind: "service"; secret?: string; key?: string }
  | { kind: "visitor"; secret: string }
  | { kind: "user"; token: string };

type SecretKeys = Pick<LoggingEnv, "SUPABASE_SERVICE_ROLE_KEY" | "SUPABASE_SECRET_KEYS">;
type Keys = SecretKeys & Pick<LoggingEnv, "SUPABASE_ANON_KEY">;

export const secretForm = /^[A-Za-z0-9_-]{43,255}$/;

export async function findCaller(
  request: Request,
  keys: Keys,
): Promise<Caller> {
  // As with the API of the database: the token says who calls, the key beside it only lets the call in.
  const user = await findUser(request, keys);
  const key = user ? undefined : await findKey(request, serviceKeys(keys));
  const secret = request.headers.get("x-session-secret");
  if (secret !== null) {
    // An empty one too: who hands on what a browser did not send must not open every session with it.
    if (secretForm.test(secret)) {
      return key === undefined ? { kind: "visitor", secret } : { kind: "service", secret, key };
    }
    throw unauthenticated(
      "x-session-secret has 43 to 255 characters of A-Z a-z 0-9 _ -.",
    );
  }
  if (key !== undefined) return { kind: "service", key };
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
  keys: SecretKeys,
): Promise<Caller> {
  const key = await findKey(request, serviceKeys(keys));
  if (key === undefined) throw unauthenticated("Send the service key.");
  return { kind: "service", key };
}

/** Which of these keys the caller has, as a bearer token or as apikey; takes the same time for every wrong one. */
export async function findKey(
  request: Request,
  keys: readonly string[],
): Promise<string | undefined> {
  const given = [bearer(request), request.headers.get("apikey")].filter((
    value,
  ) => value !== undefined && value !== null);
  let found: string | undefined;
  for (const value of given) {
    const digested = await digest(value);
    for (const key of keys) {
      if (isSame(digested, await digest(key))) found ??= key;
    }
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
