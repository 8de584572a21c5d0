import { assertEquals } from "@std/assert";
import { fakeDeps, post, service, user, visitor } from "../_shared/fakes.ts";
import { createHandler } from "./handler.ts";

const body = { sessionToken: "test_123", userSatisfaction: 5 };

Deno.test("one call, with what the caller has to prove", async () => {
  const deps = fakeDeps({});
  const handle = createHandler(deps);
  for (const headers of [service, user, visitor]) {
    const response = await handle(post("feedback", body, headers));
    assertEquals(await response.json(), { success: true });
  }
  const args = { p_session_token: "test_123", p_user_satisfaction: 5 };
  const [ofService, ofUser, ofVisitor] = deps.calls;
  assertEquals(ofService, { caller: "service", name: "record_feedback", args });
  assertEquals(ofUser, {
    caller: "user",
    name: "record_feedback",
    args: { ...args, p_rate_limit: 120 },
  });
  const { p_rate_key: key, ...rest } = ofVisitor?.args ?? {};
  assertEquals(String(key).length, 32);
  assertEquals(rest, { ...args, p_rate_limit: 120, p_session_secret: "s".repeat(43) });
});

Deno.test("without a salt visitors cannot be counted, others can", async () => {
  const deps = fakeDeps({}, { USER_ID_SALT: "" });
  const handle = createHandler(deps);
  assertEquals((await handle(post("feedback", body, visitor))).status, 503);
  assertEquals((await handle(post("feedback", body, user))).status, 200);
});

Deno.test("an unexpected error answers 500", async () => {
  const handle = createHandler(fakeDeps(new Error("secrets of the database")));
  const response = await handle(post("feedback", body, user));
  assertEquals(response.status, 500);
  assertEquals((await response.json()).error.code, "INTERNAL");
});
