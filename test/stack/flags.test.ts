import assert from "node:assert/strict";
import { test } from "node:test";
import { readFlags } from "../../local/flags.ts";
import { freePort } from "../../local/ports.ts";
import { readState, removeState, writeState } from "../../local/state.ts";

test("a database that only the environment names is used, and said", (t) => {
  const url = "postgresql://somebody@example.com/shop";
  const before = { ...process.env };
  t.after(() => process.env = before);
  process.env = { ...before, DATABASE_URL: "", POSTGRES_URL: url };
  const { mock } = t.mock.method(console, "error", () => undefined);
  assert.equal(readFlags({}).dbUrl, url);
  assert.match(String(mock.calls[0]?.arguments[0]), /^Using the database that POSTGRES_URL names/);
  assert.equal(readFlags({ engine: "pglite" }).dbUrl, undefined);
  assert.equal(readFlags({ "db-url": `${url}2` }).dbUrl, `${url}2`);
  assert.equal(mock.callCount(), 1);
});

test("what is no URL of a Postgres is said to be none, without its password", (t) => {
  const before = { ...process.env };
  t.after(() => process.env = before);
  t.mock.method(console, "error", () => undefined);
  for (
    const url of [
      "shop",
      "127.0.0.1:5432/shop",
      "postgresql://me:p#w@127.0.0.1/shop",
      "mysql://me@b/c",
    ]
  ) {
    const refused = (error: Error) =>
      /^--db-url is no URL .*percent-encoded/.test(error.message) && !error.message.includes("p#w");
    assert.throws(() => readFlags({ "db-url": url }), refused, url);
    process.env = { ...before, DATABASE_URL: url };
    assert.throws(() => readFlags({}), { message: /^DATABASE_URL is no URL / }, url);
    process.env = before;
  }
});

test("the port of a database that is named elsewhere is not in the way of the API's", () => {
  const port = "54422";
  assert.equal(readFlags({ port, "db-url": "postgresql://example.com/shop" }).apiPort, 54422);
  assert.throws(() => readFlags({ port, engine: "native" }), /are both 54422/);
});

test("a stack that had our process id is none that runs", async (t) => {
  const apiPort = await freePort();
  const state = { engine: "", apiPort, apiUrl: "", dbUrl: "", adminUrl: "", project: "" };
  t.after(() => removeState(apiPort));
  // As an earlier process left it.
  assert.equal(writeState({ ...state, pid: process.pid }), true);
  assert.equal(readState(apiPort)?.pid, process.pid);
  assert.equal(writeState({ ...state, pid: process.ppid }), false);
  const other = await import(`../../local/state.ts?earlier=${apiPort}`) as {
    readState: typeof readState;
  };
  assert.equal(other.readState(apiPort), undefined);
});
