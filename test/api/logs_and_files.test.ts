import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { list, of, Page } from "./page.ts";
import { type Api, good, openTestApi } from "./support.ts";

// There is no Storage server here: npm start answers 501 with what to use.
const needStorage = ["Attach a file", "Read a file", "Delete what nothing refers to"];
let api: Api;
let page: Page;

before(async () => {
  api = await openTestApi();
  page = new Page("logs-and-files.md", api, (await api.user()).client);
});
after(async () => {
  page?.[Symbol.dispose]();
  await api?.[Symbol.asyncDispose]();
});

test("every block compiles", { timeout: 90_000 }, () => page.assertCompiles());

test("logs and metrics are written and read", async () => {
  const { setting } = await page.run("Write logs and metrics");
  const logs = good(
    await setting.service.from("agent_logs").select("log_type, level")
      .eq("session_id", setting.sessionId).order("created_at"),
  );
  assert.deepEqual(logs.map(({ level }) => level).sort(), ["error", "info"]);
  const { errors } = await page.run("The errors of a week");
  assert.ok(list(errors).some((row) => of(row, "session_id") === setting.sessionId));
});

test("a metric that is sent twice is stored once", async () => {
  const { setting } = await page.run("A metric that may be sent twice");
  const stored = good(
    await setting.service.from("performance_metrics").select("value").eq("id", setting.metricId),
  );
  assert.deepEqual(stored, [{ value: 7 }]);
});

test("a cleanup ends", async () => {
  await page.run("Clean up");
});

test("a message is rated", async () => {
  const { setting } = await page.run("Rate a message");
  const [rating] = good(
    await setting.supabase.from("message_feedback").select("rating, comment")
      .eq("message_id", setting.messageId),
  );
  assert.deepEqual(rating, { rating: "down", comment: "It is 1969." });
});

for (const about of needStorage) {
  test(`${about}`, { skip: "needs a Storage server; supabase start has one" }, () => undefined);
}

test("every other block ran", () => page.assertAllRan(needStorage));
