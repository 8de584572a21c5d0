import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { readBlocks } from "../readme/blocks.ts";
import { list, of, Page } from "./page.ts";
import { type Api, good, newSession, openTestApi, problem } from "./support.ts";

let api: Api;
let page: Page;

before(async () => {
  api = await openTestApi();
  page = new Page("privacy.md", api, (await api.user()).client);
});
after(async () => {
  page?.[Symbol.dispose]();
  await api?.[Symbol.asyncDispose]();
});

test("every block compiles", { timeout: 90_000 }, () => page.assertCompiles());

test("a session that keeps no texts", async () => {
  const { kept } = await page.run("A session that keeps no texts");
  assert.deepEqual(kept, [{ content: "", content_length: 15, tokens_used: 3 }]);
});

test("a pattern of one's own", async () => {
  const { texts, setting } = await page.run("A pattern of your own");
  good(
    await setting.service.from("redaction_patterns").delete().eq("name", "order_number").select(),
  );
  assert.deepEqual(texts, ["Where is [order]? Write to [email]"]);
});

test("emptying a session", async () => {
  const { wiped, emptied } = await page.run("Empty a session");
  assert.equal(typeof of(wiped, "wiped_at"), "string");
  assert.equal(of(wiped, "message_count"), 4);
  assert.deepEqual(
    list(emptied).map((row) => [of(row, "content"), of(row, "content_length")]),
    [["", 23], ["", 0], ["", 2], ["", 11]],
  );
});

test("a legal hold", async () => {
  const { refused, released } = await page.run("Keep what a user has");
  assert.equal(of(of(refused, "error"), "details"), "LEGAL_HOLD");
  assert.equal(of(released, "release_reason"), "Case 4711 is closed");
});

test("a retention policy", async () => {
  const { policy, wouldGo, went, setting } = await page.run(
    "Texts go after a year without activity",
  );
  const id = String(of(policy, "id"));
  good(await setting.service.from("retention_policies").delete().eq("id", id).select());
  for (const [runs, isDry] of [[wouldGo, true], [went, false]] as const) {
    const own = list(runs).filter((run) => of(run, "policy_id") === id);
    assert.deepEqual(
      own.map((run) => [of(run, "items"), of(run, "is_complete"), of(run, "is_dry_run")]),
      [[0, true, isDry]],
    );
  }
});

test("retention in SQL", async () => {
  const [sql, ...others] = readBlocks(page.text).filter(({ language }) => language === "sql");
  assert.ok(sql && others.length === 0);
  const client = new pg.Client({ connectionString: api.addresses.dbUrl });
  await client.connect();
  try {
    await client.query("begin");
    // The seed has a brand acme.
    await client.query(sql.code);
    await client.query("select from public.run_retention()");
    await client.query(sql.code.split("\n\n")[1] ?? "");
    const { rows } = await client.query(
      "select data_class, keep_days, brand_id is null as is_for_all from public.retention_policies order by 1, 3",
    );
    assert.deepEqual(rows.filter(({ keep_days: days }) => days === 30 || days === 90), [
      { data_class: "logs", keep_days: 90, is_for_all: true },
      { data_class: "trash", keep_days: 30, is_for_all: false },
    ]);
  } finally {
    await client.query("rollback");
    await client.end();
  }
});

test("an export: every line is JSON, and what was said is in it", async () => {
  const { jsonl, setting } = await page.run("All that is kept about me");
  const lines = String(jsonl).split("\n").map((line): unknown => JSON.parse(line));
  const said = lines.filter((line) =>
    of(line, "table") === "public.conversation_messages" &&
    of(of(line, "row"), "session_id") === setting.sessionId
  );
  assert.deepEqual(said.map((line) => of(of(line, "row"), "content")), [
    "How warm is it in Rome?",
    "",
    "21",
    "21 degrees.",
  ]);
  assert.ok(!String(jsonl).includes("request_hash"));
});

test("an import of what is there already writes nothing", async () => {
  const { written } = await page.run("An export, taken in for a user");
  assert.ok(typeof written === "object" && written !== null);
  const counts = Object.entries(written);
  assert.ok(counts.some(([table]) => table === "public.conversation_messages"));
  assert.deepEqual(counts.filter(([, count]) => count !== 0), []);
});

test("the audit log is whole, and tells of the export", async () => {
  const { chain, headHash, entries } = await page.run("Verify the audit log");
  assert.equal(of(chain, "ok"), true);
  const [last] = list(entries);
  assert.equal(of(last, "hash"), `\\x${String(headHash)}`);
  assert.ok(list(entries).some((entry) => of(entry, "action") === "data_exported"));
});

test("reading a session for an incident", async () => {
  const { messages, setting } = await page.run("Read a session for an incident");
  assert.equal(list(messages).length, 4);
  const hers = await setting.supabase.rpc("read_session_as_admin", {
    p_session_id: setting.sessionId,
    p_reason: "because of a bug",
  });
  assert.equal(problem(hers).details, "SESSION_NOT_FOUND");
});

test("a reading that fails tells nothing: an error takes the audit row back", async () => {
  const owner = await api.user();
  const { client: member, id: memberId } = await api.user();
  const slug = `b${memberId.slice(0, 8)}`;
  const brand =
    good(await owner.client.from("brands").insert({ slug, name: slug }).select().single()).id;
  good(
    await owner.client
      .from("brand_members")
      .insert({ brand_id: brand, user_id: memberId, role: "member" })
      .select(),
  );
  const session = good(await member.rpc("create_conversation_session", { p_brand_id: brand })).id;
  const messages = ["My secret", "Another"].map((content) => ({ role: "user" as const, content }));
  good(await member.rpc("append_messages", { p_session_id: session, p_messages: messages }));
  const reads = async () => {
    const [row] = await api.select(
      "select count(*)::int as n from public.audit_log where action = 'session_read'",
    );
    return Number(row?.["n"]);
  };
  const read = async (query: string, accept: string): Promise<[number, unknown]> => {
    const answer = await api.send(`/rpc/read_session_as_admin${query}`, owner.token, {
      method: "POST",
      body: JSON.stringify({ p_session_id: session, p_reason: "because of a bug" }),
      headers: { accept },
    });
    return [answer.status, await answer.json()];
  };
  const before = await reads();
  // Postgres quotes what is no number, and a row too many or too few tells whether a text is as guessed.
  for (
    const query of [
      "?select=content::int",
      "?select=n:metadata->a::int",
      "?content=like.*secret*&select=id,content",
    ]
  ) {
    const [status, body] = await read(query, "application/json");
    assert.deepEqual([status, of(body, "details")], [400, "INVALID_ARGUMENT"], query);
  }
  assert.equal(await reads(), before);
  const [status, rows] = await read(
    "?select=content,sequence_order&order=sequence_order&limit=1",
    "application/vnd.pgrst.object+json",
  );
  assert.deepEqual([status, of(rows, "content")], [200, "My secret"]);
  assert.equal(await reads(), before + 1);
});

test("erasing oneself", async () => {
  const { receipt, setting } = await page.run("Erase me");
  const sessions = of(of(receipt, "counts"), "public.conversation_sessions");
  assert.ok(typeof sessions === "number" && sessions > 0);
  const { data } = await setting.service.auth.admin.getUserById(setting.userId);
  assert.equal(data.user, null);
});

test("every block ran", () => page.assertAllRan());

test("the chats of an anonymous user come to an account that was there before", async () => {
  const service = api.service();
  const [anonymous, ada] = await Promise.all([api.anonymous(), api.user()]);
  const session = await newSession(anonymous.client);
  const p_messages = [{ role: "user" as const, content: "Rome?" }];
  good(await anonymous.client.rpc("append_messages", { p_session_id: session, p_messages }));
  const exported = good(await service.rpc("export_user_data", { p_user_id: anonymous.id }));
  const taken = { p_user_id: ada.id, p_lines: exported.map(({ line }) => line) };
  good(await service.rpc("import_user_data", taken));
  assert.equal(good(await ada.client.rpc("count_sessions")), 0, "they are whose they are");
  good(await service.rpc("erase_user_data", { p_user_id: anonymous.id }));
  good(await service.rpc("import_user_data", taken));
  const history = good(
    await ada.client.rpc("get_conversation_history", { p_session_id: session }),
  );
  assert.deepEqual(history.map(({ content }) => content), ["Rome?"]);
});
