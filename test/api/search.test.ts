import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { list, of, Page } from "./page.ts";
import { type Api, good, newSession, openTestApi } from "./support.ts";

let api: Api;
let page: Page;

before(async () => {
  api = await openTestApi();
  page = new Page("search.md", api, (await api.user()).client);
});
after(async () => {
  page?.[Symbol.dispose]();
  await api?.[Symbol.asyncDispose]();
});

test("every block compiles", { timeout: 90_000 }, () => page.assertCompiles());

test("a search box", async () => {
  const { shown } = await page.run("A search box");
  const [first] = list(shown);
  assert.equal(of(first, "headline"), "How warm is it in <mark>Rome</mark>?");
  assert.equal(of(first, "session_title"), "Trip to Rome");
});

test("filters, and the next page", async () => {
  const { first, second } = await page.run("Filters, and the next page");
  assert.ok(list(first).length > 0);
  assert.deepEqual(list(second), []);
  const none = await page.run("Filters, and the next page", ['"rome"', '"carthage"']);
  assert.deepEqual([none.first, none.second], [[], []]);
});

test("sessions by title", async () => {
  const { sessions, setting } = await page.run("By title and description");
  const found = list(sessions).find((row) => of(row, "session_id") === setting.sessionId);
  assert.equal(of(found, "headline"), "<mark>Trip</mark> to <mark>Rome</mark>");
});

test("stems", async () => {
  const { english, stemmed } = await page.run("The stems of a language");
  assert.deepEqual(english, { language: "english" });
  assert.deepEqual(list(stemmed).map((row) => of(row, "headline")), [
    "Are the <mark>museum</mark>s open?",
  ]);
});

test("every block ran", () => page.assertAllRan());

test("nobody finds what another user wrote, over HTTP", async () => {
  const [ada, bob] = [await api.user(), await api.user()];
  const session = await newSession(ada.client);
  good(
    await ada.client.rpc("append_messages", {
      p_session_id: session,
      p_messages: [{ role: "user", content: "quicksilver" }],
    }),
  );
  assert.equal(good(await ada.client.rpc("search_messages", { p_query: "quicksilver" })).length, 1);
  assert.equal(good(await bob.client.rpc("search_messages", { p_query: "quicksilver" })).length, 0);
  const foreign = await bob.client.rpc("search_messages", {
    p_query: "quicksilver",
    p_session_id: session,
  });
  assert.deepEqual([foreign.status, foreign.error?.details], [404, "SESSION_NOT_FOUND"]);
  const { status } = await api.client().rpc("search_messages", { p_query: "quicksilver" });
  assert.equal(status, 401);
});
