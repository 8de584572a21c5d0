import { assertEquals, assertRejects } from "@std/assert";
import { findCaller, requireService } from "./auth.ts";
import { loggingEnv, readEnv } from "./env.ts";
import { fakeKeys, get } from "./fakes.ts";
import { HttpError } from "./errors.ts";
import { createRpc } from "./rpc.ts";

const newKeys = {
  SUPABASE_PUBLISHABLE_KEYS: '{"mobile": "sb_publishable_2", "default": "sb_publishable_1"}',
  SUPABASE_SECRET_KEYS: '{"worker": "sb_secret_2", "default": "sb_secret_1"}',
};
const both = readEnv(loggingEnv, { ...fakeKeys, ...newKeys });
const old = fakeKeys.SUPABASE_SERVICE_ROLE_KEY;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

Deno.test("a secret key of the new kind is a service key, as the old one is", async () => {
  const keyOf = async (headers: Record<string, string>) => {
    const caller = await findCaller(get("f", headers), both);
    return caller.kind === "service" ? caller.key : caller.kind;
  };
  for (const key of ["sb_secret_1", "sb_secret_2", old]) {
    assertEquals(await keyOf({ apikey: key }), key);
    assertEquals(await keyOf({ apikey: key, ...bearer(key) }), key);
    assertEquals(await requireService(get("f", { apikey: key }), both), { kind: "service", key });
    assertEquals(await keyOf({ apikey: key, ...bearer("user.token.x") }), "user");
  }
  const none = ["sb_publishable_1", "sb_publishable_2", fakeKeys.SUPABASE_ANON_KEY, "sb_secret_3"];
  for (const key of none) {
    await assertRejects(
      () => findCaller(get("f", { apikey: key, ...bearer(key) }), both),
      HttpError,
    );
    await assertRejects(() => requireService(get("f", { apikey: key }), both), HttpError);
  }
  const before = readEnv(loggingEnv, fakeKeys);
  await assertRejects(() => requireService(get("f", { apikey: "sb_secret_1" }), before), HttpError);
});

Deno.test("calls go with keys of the new kind where there are some, a server's with its own", async () => {
  const sent: (string | null)[][] = [];
  const send = globalThis.fetch;
  globalThis.fetch = (_url, init) => {
    const headers = new Headers(init?.headers);
    sent.push([headers.get("apikey"), headers.get("authorization")]);
    return Promise.resolve(Response.json(null));
  };
  try {
    const user = { kind: "user", token: "user.token.x" } as const;
    for (const env of [both, readEnv(loggingEnv, fakeKeys)]) {
      const rpc = createRpc(env);
      await rpc({ kind: "visitor", secret: "s" }, "f", {});
      await rpc(user, "f", {});
      await rpc({ kind: "service", key: old }, "f", {});
    }
    await createRpc(both)({ kind: "service", key: "sb_secret_2" }, "f", {});
  } finally {
    globalThis.fetch = send;
  }
  const anon = fakeKeys.SUPABASE_ANON_KEY;
  assertEquals(sent, [
    // No tokens: as a bearer they would be refused.
    ["sb_secret_1", null],
    ["sb_publishable_1", "Bearer user.token.x"],
    [old, `Bearer ${old}`],
    [old, `Bearer ${old}`],
    [anon, "Bearer user.token.x"],
    [old, `Bearer ${old}`],
    ["sb_secret_2", null],
  ]);
});
