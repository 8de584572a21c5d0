import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { localKeys, sign } from "../../../local/keys.ts";
import { startPostgrest } from "../../../local/postgrest.ts";
import { NodeWebSocket } from "../../../local/websocket.ts";
import type { Place } from "../contender.ts";

/** A PostgREST on the database, and clients that ask it without a gateway between. */
export interface Rest<Schema> {
  /** A signed-in user's. */
  as(user: string): SupabaseClient<Schema>;
  /** With the service key. */
  service: SupabaseClient<Schema>;
  close(): Promise<void>;
}

export async function openRest<Schema>(
  { authenticatorUrl, adminUrl }: Place,
): Promise<Rest<Schema>> {
  const postgrest = await startPostgrest({
    engine: "url",
    dbUrl: adminUrl,
    adminUrl,
    authenticatorUrl,
    authUrl: adminUrl,
    reset: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
  // supabase-js adds the gateway's path, which PostgREST itself does not have.
  const strip: typeof fetch = (input, init) =>
    fetch(String(input instanceof Request ? input.url : input).replace("/rest/v1", ""), init);
  const clients = new Map<string, SupabaseClient<Schema>>();
  const tokens = new Map<string, Promise<string>>();
  const token = (user: string) => {
    const made = tokens.get(user) ?? sign({
      sub: user,
      role: "authenticated",
      aud: "authenticated",
      exp: Math.floor(Date.now() / 1000) + 24 * 60 * 60,
    });
    tokens.set(user, made);
    return made;
  };
  const client = (accessToken: () => Promise<string>) =>
    createClient<Schema>(postgrest.url, "none", {
      accessToken,
      global: { fetch: strip },
      realtime: { transport: NodeWebSocket },
    });
  const { serviceRoleKey } = await localKeys();
  return {
    service: client(() => Promise.resolve(serviceRoleKey)),
    as: (user) => {
      const made = clients.get(user) ?? client(() => token(user));
      clients.set(user, made);
      return made;
    },
    close: () => postgrest.stop(),
  };
}
