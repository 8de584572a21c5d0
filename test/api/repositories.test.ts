import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { list, of, Page } from "./page.ts";
import { type Api, type Client, good, openTestApi } from "./support.ts";

/** The methods and endpoints of the repository layer that the page answers. */
const methods = [
  "create",
  "findById",
  "findByUserId",
  "update",
  "delete",
  "archive",
  "unarchive",
  "setPinned",
  "getActiveSummaries",
  "search",
  "countByUserId",
  "archiveOldSessions",
  "findBySessionId",
  "getConversationHistory",
  "countBySessionId",
  "getLatest",
  "getMessagesWithTools",
  "bulkCreate",
];
const endpoints = [
  "GET /api/sessions",
  "POST /api/sessions",
  "GET /api/sessions/:id",
  "PUT /api/sessions/:id",
  "DELETE /api/sessions/:id",
  "POST /api/sessions/:id/archive",
  "POST /api/sessions/:id/pin",
  "GET /api/sessions/search",
  "GET /api/sessions/:id/messages",
  "POST /api/sessions/:id/messages",
];

let api: Api;
let supabase: Client;
let page: Page;
const run = (about: string) => page.run(about);

before(async () => {
  api = await openTestApi();
  supabase = (await api.user()).client;
  page = new Page("repositories.md", api, supabase);
});
after(async () => {
  page?.[Symbol.dispose]();
  await api?.[Symbol.asyncDispose]();
});

test("every method and endpoint has its row, and each row a call that exists", async () => {
  const cells = [...page.text.matchAll(/^\| (`[^|]+) \| ([^|]+) \|$/gm)];
  const named = cells.map(([, first = ""]) => first).join(" ");
  for (const method of methods) assert.match(named, new RegExp("`" + method + "\\("), method);
  assert.equal(cells.filter(([, first]) => first?.startsWith("`search(")).length, 2);
  for (const endpoint of endpoints) assert.ok(named.includes(`\`${endpoint}\``), endpoint);
  const calls = cells.flatMap(([, , cell = ""]) => [...cell.matchAll(/`([a-z]+_[a-z_]+)`/g)])
    .map(([, name = ""]) => name);
  assert.ok(calls.length > 20);
  const known = await api.select(`
    select p.proname::text as name from pg_catalog.pg_proc as p
    where p.pronamespace = 'public'::regnamespace
    union all
    select c.relname::text from pg_catalog.pg_class as c
    where c.relnamespace = 'public'::regnamespace`);
  const names = new Set(known.map(({ name }) => name));
  assert.deepEqual(calls.filter((name) => !names.has(name)), []);
});

test("each call that reads and refuses a GET is named", async () => {
  const [sentence = ""] = /[^.]*refuse a GET with 405\./.exec(page.text) ?? [];
  const refusing = await api.select(`
    select p.proname::text as name from pg_catalog.pg_proc as p
    where p.pronamespace = 'public'::regnamespace and p.provolatile = 'v' and p.proname like 'get\\_%'
    order by 1`);
  assert.deepEqual(
    [...sentence.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name),
    refusing.map(({ name }) => name),
  );
});

test("every block compiles", { timeout: 90_000 }, () => page.assertCompiles());

test("create, findById and update a session", async () => {
  const { session, found, updated, renamed } = await run(
    "create, findById, update\nconst { data: s",
  );
  assert.equal(of(found, "id"), of(session, "id"));
  assert.deepEqual([of(updated, "description"), of(updated, "settings")], ["About Rome", {
    tone: "brief",
  }]);
  assert.equal(of(renamed, "title"), "Rome");
});

test("list and count sessions", async () => {
  const { page: listed, next, oldest, count } = await run("findByUserId");
  assert.ok(list(listed).every((row) => of(row, "agent_type") === "triage"));
  assert.equal(list(listed).length, 1);
  assert.ok(list(next).every((row) => of(row, "id") !== of(list(listed)[0], "id")));
  const times = list(oldest).map((row) => String(of(row, "created_at")));
  assert.deepEqual(times, times.toSorted());
  assert.equal(count, times.length);
});

test("pin, archive, delete a session, and back", async () => {
  const done = await run("setPinned");
  assert.ok(of(done["pinned"], "pinned_at"));
  assert.deepEqual(
    ["archived", "unarchived", "deleted", "restored"].map((name) => of(done[name], "status")),
    ["archived", "active", "deleted", "active"],
  );
});

test("summaries, search, and archiving of what is old", async () => {
  const { summaries, matches, mine, all, setting: { sessionId } } = await run("getActiveSummaries");
  const summary = list(summaries).find((row) => of(row, "session_id") === sessionId);
  assert.equal(of(summary, "last_message"), "21 degrees.");
  assert.ok(list(matches).some((row) => of(row, "session_id") === sessionId));
  assert.deepEqual([mine, typeof all], [0, "number"]);
});

test("create, find, annotate, edit and delete a message", async () => {
  const { created, message, noted, edited, setting: { sessionId } } = await run(
    "create, findById, update, delete",
  );
  assert.equal(of(message, "id"), of(created, "id"));
  assert.deepEqual([of(noted, "mood"), of(noted, "metadata")], ["curious", { seen: true }]);
  const latest = good(await supabase.rpc("get_latest_message", { p_session_id: sessionId }));
  assert.equal(latest[0]?.content, "Where shall we go?");
  assert.notEqual(latest[0]?.id, of(created, "id"));
  assert.ok(edited);
});

test("read the messages of a session", async () => {
  const { history, answers, messages, latest } = await run("findBySessionId");
  assert.deepEqual(list(history).map((row) => of(row, "sequence_order")), [1, 2, 3, 4]);
  assert.deepEqual(list(answers).map((row) => of(row, "role")), ["assistant", "assistant"]);
  assert.deepEqual(list(messages).map((message) => of(message, "role")), [
    "user",
    "assistant",
    "tool",
    "assistant",
  ]);
  assert.equal(of(latest, "content"), "21 degrees.");
});

test("count, search, and messages with tools", async () => {
  const { spoken, perRole, hits, withTools } = await run("countBySessionId");
  assert.equal(spoken, 1);
  assert.deepEqual(
    list(perRole).map((row) => [of(row, "role"), of(row, "message_count")]),
    [["user", 1], ["assistant", 2], ["tool", 1]],
  );
  assert.equal(list(hits).length, 1);
  assert.deepEqual(list(withTools).map((row) => of(row, "sequence_order")), [2]);
});

test("many messages at once, and those of another system", async () => {
  const { stored, imported } = await run("bulkCreate");
  assert.deepEqual(list(stored).map((row) => of(row, "sequence_order")), [5, 6]);
  assert.match(String(of(list(imported)[0], "created_at")), /^2025-01-09T10:00:00/);
});

test("every block ran", () => page.assertAllRan());
