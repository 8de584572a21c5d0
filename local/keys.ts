import { jwtVerify, SignJWT } from "jose";

/** The secret of every `supabase start`: local only, and public knowledge. */
export const jwtSecret = "super-secret-jwt-token-with-at-least-32-characters-long";

const key = new TextEncoder().encode(jwtSecret);

export interface Keys {
  anonKey: string;
  serviceRoleKey: string;
}

/** The API keys of every `supabase start`, so that a client set up for one works with the other. */
export async function localKeys(): Promise<Keys> {
  const of = (role: string) => sign({ iss: "supabase-demo", role, exp: 1983812996 });
  return { anonKey: await of("anon"), serviceRoleKey: await of("service_role") };
}

/** The new-style keys of every `supabase start`; the gateway turns them into the JWTs above. */
export const publishableKey = "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH";
export const secretKey = "sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz";

/** Both kinds, as the platform tells its functions. */
export function functionKeys({ anonKey, serviceRoleKey }: Keys) {
  return {
    SUPABASE_ANON_KEY: anonKey,
    SUPABASE_SERVICE_ROLE_KEY: serviceRoleKey,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: publishableKey }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: secretKey }),
  };
}

export function sign(claims: Record<string, unknown>): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(key);
}

/** The claims of a token of ours that has not expired; undefined for any other. */
export async function verify(token: string): Promise<Record<string, unknown> | undefined> {
  try {
    const { payload } = await jwtVerify(token, key, { algorithms: ["HS256"] });
    return payload;
  } catch {
    return undefined;
  }
}
