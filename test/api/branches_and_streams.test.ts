import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { list, of, Page } from "./page.ts";
import { type Api, openTestApi } from "./support.ts";

let api: Api;
let page: Page;

before(async () => {
  api = await openTestApi();
  page = new Page("branches-and-streams.md", api, (await api.user()).client);
});
after(async () => {
  page?.[Symbol.dispose]();
  await api?.[Symbol.asyncDispose]();
});

const contents = (rows: unknown) => list(rows).map((row) => of(row, "content"));

test("every block compiles", { timeout: 90_000 }, () => page.assertCompiles());

test("an answer in pieces is whole, priced and finished", async () => {
  const { finished } = await page.run("An answer in pieces");
  assert.equal(of(finished, "content"), "Take an umbrella.");
  assert.deepEqual([of(finished, "status"), of(finished, "cost_source")], [
    "complete",
    "price_book",
  ]);
});

test("a stream goes on after a lost connection", async () => {
  const { whole } = await page.run("On after a lost connection");
  assert.equal(of(whole, "content"), "So far, so good.");
});

test("an answer fails, and another is stopped", async () => {
  const { failed, stopped } = await page.run("An answer that failed");
  assert.deepEqual([of(failed, "status"), of(failed, "error_message")], [
    "failed",
    "The model is overloaded.",
  ]);
  assert.deepEqual([of(stopped, "status"), of(stopped, "content")], [
    "cancelled",
    "First of all, ",
  ]);
});

test("a question is put differently, and back", async () => {
  const { shown, back, thread } = await page.run("A question put differently");
  assert.deepEqual(contents(shown), ["How warm is it in Rome in May?"]);
  assert.deepEqual(contents(back), ["How warm is it in Rome?", "", "21", "21 degrees."]);
  assert.deepEqual(contents(thread), contents(shown));
});

test("an import is repeated", async () => {
  const { imported, again } = await page.run("An import that may be repeated");
  assert.deepEqual(list(imported).map((row) => of(row, "inserted")), [true, true]);
  assert.deepEqual(list(again).map((row) => of(row, "inserted")), [false, false]);
  assert.match(String(of(list(imported)[0], "created_at")), /^2025-03-01T09:00:00/);
});

test("every block ran", () => page.assertAllRan());
