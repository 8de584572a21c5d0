import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import {
  fakeDeps,
  fakeKeys,
  fakeSession,
  get,
  post,
  service,
  user,
  visitor,
} from "../_shared/fakes.ts";
import { createHandler } from "./handler.ts";

const secret = "A".repeat(43);
const start = { sessionToken: "test_123", userAgent: "Mozilla/5.0 (test)" };

Deno.test("start makes a secret of 256 bits where the client has none, and shows it once", async () => {
  const deps = fakeDeps(fakeSession);
  const handle = createHandler(deps);
  const first = await (await handle(post("chat-session/start", start))).json();
  const second = await (await handle(post("chat-session/start", start))).json();
  assertMatch(first.sessionSecret, /^[A-Za-z0-9_-]{43}$/);
  assertNotEquals(first.sessionSecret, second.sessionSecret);
  assertEquals(deps.calls[0]?.args["p_session_secret"], first.sessionSecret);
  const own = await handle(post("chat-session/start", { ...start, sessionSecret: secret }));
  assertEquals(await own.json(), {
    success: true,
    sessionId: fakeSession.session_id,
    sessionToken: "test_123",
    startedAt: fakeSession.started_at,
    expiresAt: fakeSession.expires_at,
  });
  assertEquals(deps.calls[2]?.args["p_session_secret"], secret);
});

Deno.test("start hands on hashes, and the browser's own words where the body has none", async () => {
  const deps = fakeDeps(fakeSession, { CHAT_LOG_RETENTION_DAYS: "7", RATE_LIMIT_PER_MINUTE: "3" });
  const headers = { "user-agent": "from the header", "x-forwarded-for": "203.0.113.7" };
  await createHandler(deps)(
    post("chat-session/start", { sessionToken: "t", sessionSecret: secret }, headers),
  );
  const { p_user_identifier, p_address, p_rate_key, ...rest } = deps.calls[0]?.args ?? {};
  for (const hash of [p_user_identifier, p_address, p_rate_key]) {
    assertMatch(String(hash), /^[0-9a-f]{32}$/);
  }
  assertEquals(rest, {
    p_session_token: "t",
    p_session_secret: secret,
    p_user_agent: "from the header",
    p_retention_days: 7,
    p_rate_limit: 3,
  });
});

for (const salt of ["", "pepper", "default-salt-change-this"]) {
  Deno.test(`start refuses the salt '${salt}' and names the variable, not the value`, async () => {
    const deps = fakeDeps(fakeSession, { USER_ID_SALT: salt });
    const response = await createHandler(deps)(post("chat-session/start", start));
    assertEquals(response.status, 503);
    const { error } = await response.json();
    assertEquals(error.code, "NOT_CONFIGURED");
    assert(error.message.includes("USER_ID_SALT"));
    if (salt) assert(!JSON.stringify(error).includes(salt));
    assertEquals(deps.calls, []);
  });
}

Deno.test("while logging is off, POST routes do nothing, and GET routes read on", async () => {
  const deps = fakeDeps([], { ENABLE_CHAT_LOGGING: "false", USER_ID_SALT: "" });
  const handle = createHandler(deps);
  for (const route of ["start", "end", "claim"]) {
    const response = await handle(
      post(`chat-session/${route}`, "no JSON", { "content-type": "a/b" }),
    );
    assertEquals(await response.json(), { success: true, disabled: true });
  }
  assertEquals(deps.calls, []);
  const read = await handle(get("chat-session/history?sessionToken=t", user));
  assertEquals(await read.json(), { success: true, messages: [], nextBefore: null });
});

Deno.test("claim takes the secret from the header or the body, and a user's token", async () => {
  const deps = fakeDeps({ ...fakeSession, claimed_at: "2026-01-02T00:00:00+00:00" });
  const handle = createHandler(deps);
  const body = { sessionToken: "test_123" };
  await handle(post("chat-session/claim", body, { ...user, ...visitor }));
  await handle(post("chat-session/claim", { ...body, sessionSecret: secret }, user));
  assertEquals(deps.calls.map(({ caller, args }) => [caller, args["p_session_secret"]]), [
    ["user", "s".repeat(43)],
    ["user", secret],
  ]);
  const statusOf = async (headers: Record<string, string>) =>
    (await handle(post("chat-session/claim", body, headers))).status;
  assertEquals(await statusOf(user), 400);
  assertEquals(await statusOf(visitor), 401);
  assertEquals(await statusOf({ ...service, ...visitor }), 403);
  assertEquals(deps.calls.length, 2);
});

Deno.test("who sends a user's token is that user, also with the service key as apikey", async () => {
  const key = { apikey: fakeKeys.SUPABASE_SERVICE_ROLE_KEY };
  const callers = async (headers: Record<string, string>) => {
    const deps = fakeDeps([]);
    await createHandler(deps)(get("chat-session/history?sessionToken=t", { ...headers, ...key }));
    return deps.calls.map(({ caller }) => caller);
  };
  assertEquals(await callers(user), ["user"]);
  const claims = fakeDeps({ ...fakeSession, claimed_at: "2026-01-02T00:00:00+00:00" });
  const body = { sessionToken: "test_123", sessionSecret: secret };
  await createHandler(claims)(post("chat-session/claim", body, { ...user, ...key }));
  assertEquals(claims.calls.map(({ caller }) => caller), ["user"]);
  // None of these names a user.
  const others = ["Bearer anon.key.x", "Bearer sb_publishable_x", "Basic x"];
  for (const authorization of [service.authorization, ...others]) {
    assertEquals(await callers({ authorization }), ["service"]);
  }
});

Deno.test("an unexpected error answers 500 on every route", async () => {
  const handle = createHandler(fakeDeps(new Error("secrets of the database")));
  const requests = [
    post("chat-session/start", start),
    post("chat-session/end", { sessionToken: "t" }, visitor),
    post("chat-session/claim", { sessionToken: "t", sessionSecret: secret }, user),
    get("chat-session/history?sessionToken=t", user),
    get("chat-session/stats?sessionToken=t", visitor),
  ];
  for (const request of requests) {
    const response = await handle(request);
    assertEquals(response.status, 500, request.url);
    assert(!(await response.text()).includes("secrets"));
  }
});

Deno.test("a result that is not what was agreed is no success", async () => {
  const handle = createHandler(fakeDeps({ session_id: 1 }));
  assertEquals((await handle(post("chat-session/start", start))).status, 500);
});
