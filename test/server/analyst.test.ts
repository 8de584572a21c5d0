import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import pg from "pg";
import { root } from "../../local/paths.ts";
import { codeIn } from "../readme/blocks.ts";
import { openTestServer, refusal, type Rows, seeded, type Server } from "./support.ts";

const timeout = 60_000;
const random = seeded("analyst");
const page = readFileSync(join(root, "docs/analysts.md"), "utf8");
const blocks = codeIn(page, "sql");
const [makeLogin = "", ...queries] = blocks;
// A role belongs to the server, which other runs may share.
const name = `bi_reader_${random.uuid().slice(0, 8)}`;

const readable = [
  "public.budget_alerts",
  "public.budget_reservations",
  "public.budgets",
  "public.conversion_funnel",
  "public.daily_message_volume",
  "public.message_feedback_stats",
  "public.model_prices",
  "public.performance_metrics",
  "public.provider_usage_stats",
  "public.repricings",
  "public.response_time_stats",
  "public.tool_execution_stats",
  "public.unpriced_usage",
  "public.usage_daily",
  "public.usage_totals",
  "public.user_activity_summary",
];
// What those read with the rights of who asks.
const behind = [
  "private.usage_by_model",
  "private.usage_rollups",
  "private.usage_tail",
  "private.usage_tail_numbers",
];
// Nothing but these columns, which a view counts.
const partly = new Map([
  ["public.message_feedback", ["created_at", "rating"]],
  ["public.session_clients", ["claimed_at", "device_type", "ended_at", "started_at"]],
  [
    "public.session_outcomes",
    [
      "added_to_cart_count",
      "conversion_occurred",
      "conversion_value_usd",
      "created_at",
      "query_type",
      "reported_by",
      "user_satisfaction",
      "viewed_count",
    ],
  ],
  [
    "public.tool_executions",
    ["created_at", "execution_time_ms", "status", "tokens_used", "tool_name", "tool_type"],
  ],
]);
const closed = [
  "private.audit_head",
  "private.audit_reasons",
  "private.data_columns",
  "private.data_tables",
  "private.expected_objects",
  "private.message_streams",
  "private.rate_limits",
  "private.recorded_usage",
  "private.removed_usage",
  "private.search_languages",
  "private.search_secrets",
  "private.session_search",
  "private.session_transitions",
  "private.storage_deletions",
  "private.subject_keys",
  "public.active_sessions_summary",
  "public.agent_logs",
  "public.attachments",
  "public.audit_log",
  "public.brand_members",
  "public.brands",
  "public.chat_analytics",
  "public.chat_conversations",
  "public.chat_messages",
  "public.chat_sessions",
  "public.common_questions",
  "public.conversation_messages",
  "public.conversation_sessions",
  "public.conversation_turns",
  "public.erasure_receipts",
  "public.legal_holds",
  "public.message_retrievals",
  "public.message_search",
  "public.messages",
  "public.profiles",
  "public.redaction_patterns",
  "public.retention_policies",
  "public.retention_runs",
  "public.session_events",
];
const callable = [
  "private.add_histograms",
  "private.latency_bucket",
  "private.latency_histogram",
  "private.latency_percentile",
  "private.merge_histograms",
  "private.reads_all_usage",
  "private.reads_usage_of",
  "private.usage_window_start",
];

let server: Server;
let analyst: pg.Client;
let url: string;
const people: { ada: string; eve: string; brand: string } = { ada: "", eve: "", brand: "" };

before(async () => {
  server = await openTestServer();
  if (server.urls.hasVector) {
    closed.push(
      "private.embedding_queue",
      "private.embedding_settings",
      "public.message_embeddings",
    );
  }
  await asOwner(makeLogin.replaceAll("bi_reader", name));
  const login = new URL(server.urls.adminUrl);
  login.username = name;
  login.password = encodeURIComponent("a long random one");
  url = login.href;
  await writeNumbers();
  analyst = new pg.Client({ connectionString: url });
  await analyst.connect();
}, { timeout });

after(async () => {
  await analyst?.end();
  if (server) {
    await asOwner(`drop role if exists ${name}`);
    await server[Symbol.asyncDispose]();
  }
});

/** As the login that owns the schema: no superuser is needed. */
async function asOwner(sql: string): Promise<void> {
  const owner = new pg.Client({ connectionString: server.urls.dbUrl });
  await owner.connect();
  try {
    await owner.query(sql);
  } finally {
    await owner.end();
  }
}

/** Something in every table and view, of two users. */
async function writeNumbers(): Promise<void> {
  [people.ada, people.eve] = [await server.makeUser(), await server.makeUser()];
  const [brand] = await server.select(
    "insert into public.brands (slug, name, created_by) values ($1, 'Secret', $2) returning id",
    [`analyst-${random.uuid()}`, people.ada],
  );
  people.brand = String(brand?.["id"]);
  await server.select(
    "insert into public.budgets (brand_id, period, hard_limit_usd) values ($1, 'month', 0.01)",
    [people.brand],
  );
  for (const user of [people.ada, people.eve]) {
    const [session] = await server.select(
      `insert into public.conversation_sessions (user_id, brand_id, title)
       values ($1, $2, 'secret') returning id`,
      [user, user === people.ada ? people.brand : null],
    );
    await server.select(
      `select from public.log_turn($1, $2, 'secret', 'secret', 'openai', 'gpt-4o',
         p_input_tokens => 100000, p_output_tokens => 10, p_latency_ms => 200,
         p_tool_executions => '[{"tool_name": "search", "input": "secret", "error": "secret"}]')`,
      [session?.["id"], random.uuid()],
    );
    await server.select(
      "select from public.log_turn($1, $2, 'secret', 'secret', 'nobody', 'unheard-of', 7)",
      [session?.["id"], random.uuid()],
    );
    if (user === people.eve) {
      await server.select("select from public.reserve_budget($1, 1)", [session?.["id"]]);
    }
  }
  await server.select(
    `insert into public.message_feedback (message_id, rating, reason, comment)
     select id, 'up', 'secret', 'secret' from public.conversation_messages where user_id = $1 limit 1`,
    [people.ada],
  );
  await server.select(
    "select from public.start_visitor_session($1, repeat('s', 43), p_device_type => 'mobile')",
    [random.uuid()],
  );
  await server.select(
    `select public.record_outcome(session_id, p_query_type => 'order', p_products_viewed => '{secret}')
     from public.session_clients`,
  );
  await server.select(
    "insert into public.performance_metrics (name, type, value) values ('ttft', 'gauge', 1)",
  );
  await server.select(
    `insert into public.agent_logs (log_type, details) values ('trace', '{"text": "secret"}')`,
  );
  await server.select("select public.reprice_messages(now() - interval '1 day', now())");
  // One half of the numbers is merged, the other not: by its seed, this call is not the one in 500 that
  // merges.
  await server.select("select from public.merge_usage()");
  await server.select(
    "select setseed(0.5), public.record_usage($1, p_provider => 'openai', p_cost_usd => 0.5)",
    [random.uuid()],
  );
}

async function answerOf(sql: string): Promise<string | undefined> {
  try {
    await analyst.query(sql);
    return undefined;
  } catch (error) {
    await analyst.query("rollback");
    return refusal(error).code;
  }
}

const relations = () =>
  server.select(
    `select c.relnamespace::regnamespace || '.' || quote_ident(c.relname) as name, c.relkind::text as kind,
       c.relispartition as is_partition,
       array_agg(quote_ident(a.attname) order by a.attnum) as columns
     from pg_catalog.pg_class as c
     join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind in ('r', 'p', 'v', 'm', 'f')
       and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
       and not exists (
         select from pg_catalog.pg_depend as d
         where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
     group by c.oid
     order by 1`,
  );

test("the login of docs/analysts.md inherits analyst and has its two settings", async () => {
  assert.match(makeLogin, /in role analyst/);
  const { rows } = await analyst.query<Rows[number]>(
    `select current_user::text as name, pg_has_role('analyst', 'usage') as inherits,
       current_setting('statement_timeout') as timeout,
       current_setting('transaction_read_only') as read_only,
       (select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb
        from pg_catalog.pg_roles where rolname = current_user) as has_power`,
  );
  assert.deepEqual(rows, [
    { name, inherits: true, timeout: "30s", read_only: "on", has_power: false },
  ]);
});

test("every table and view is decided about, one by one", async () => {
  assert.deepEqual(
    (await relations()).filter((relation) => !relation["is_partition"])
      .map((relation) => relation["name"]),
    [...readable, ...behind, ...partly.keys(), ...closed].sort(),
    "a new one: may analysts read it? Say so here, in docs/analysts.md and in supabase/tests/analyst",
  );
});

test("the numbers are read, of everybody", { timeout }, async () => {
  for (const relation of [...readable, ...behind]) {
    const { rowCount } = await analyst.query(`select * from ${relation}`);
    assert.ok(rowCount, `${relation} is empty`);
  }
  const { rows } = await analyst.query<Rows[number]>(
    "select user_id from public.usage_daily where user_id = any ($1) group by user_id",
    [[people.ada, people.eve]],
  );
  assert.equal(rows.length, 2);
});

test("each column of content is refused with 42501", { timeout }, async () => {
  let asked = 0;
  for (const { name: relation, columns, is_partition } of await relations()) {
    const open = partly.get(String(relation));
    // A partition is closed even where its table is read.
    if (!closed.includes(String(relation)) && !is_partition && !open) continue;
    assert.ok(Array.isArray(columns));
    const rows = open ? [] : ["count(*)", "1"];
    const names = columns.map(String).filter((column) => !open?.includes(column));
    for (const column of ["*", ...rows, ...names]) {
      assert.equal(
        await answerOf(`select ${column} from ${String(relation)} limit 1`),
        "42501",
        `${String(relation)}: ${column}`,
      );
      asked += 1;
    }
  }
  assert.ok(asked > 130, `${asked} columns`);
  for (const [relation, allowed] of partly) {
    const columns = (await relations()).find((row) => row["name"] === relation)?.["columns"];
    assert.ok(Array.isArray(columns));
    for (const column of ["*", ...columns.map(String)]) {
      assert.equal(
        await answerOf(`select ${column} from ${relation} limit 1`),
        allowed.includes(column) ? undefined : "42501",
        `${relation}: ${column}`,
      );
    }
  }
  // Nor by way of a path that another schema opens.
  for (const sql of ["select from auth.users", "set role authenticated", "set role service_role"]) {
    assert.equal(await answerOf(sql), "42501", sql);
  }
});

test("no word that users wrote is in what analysts read", { timeout }, async () => {
  for (const relation of [...readable, ...behind]) {
    const { rows } = await analyst.query<Rows[number]>(
      `select 1 from ${relation} as r where to_jsonb(r)::text ilike '%secret%'`,
    );
    assert.deepEqual(rows, [], relation);
  }
});

test("nothing is written, with the setting and without it", { timeout }, async () => {
  for (const readOnly of ["on", "off"]) {
    await analyst.query(`set default_transaction_read_only = ${readOnly}`);
    for (const { name: relation, kind, columns } of await relations()) {
      assert.ok(Array.isArray(columns));
      // An identity column is refused before rights are asked.
      const column = String(columns.at(-1));
      for (
        const sql of [
          `insert into ${String(relation)} default values`,
          `update ${String(relation)} set ${column} = null`,
          `delete from ${String(relation)}`,
          `truncate ${String(relation)}`,
        ]
      ) {
        const answer = await answerOf(sql) ?? "went through";
        // 42809, 55000: a view that nobody writes.
        const expected = readOnly === "on" ? ["25006", "42501"] : ["42501"];
        if (kind === "v") expected.push("42809", "55000");
        assert.ok(expected.includes(answer), `${sql}: ${answer}`);
      }
    }
    if (readOnly === "off") {
      assert.equal(await answerOf("create table public.mine ()"), "42501");
      assert.equal(await answerOf("create table private.mine ()"), "42501");
    }
  }
  await analyst.query("set default_transaction_read_only = on");
});

test("no function is called but the arithmetic of the views", { timeout }, async () => {
  const functions = await server.select(
    `select p.oid::int as oid, p.pronamespace::regnamespace || '.' || p.proname as name,
       format('select %I.%I(%s)', p.pronamespace::regnamespace::name, p.proname, (
         select string_agg(
           format('(select null::%I.%I)', t.typnamespace::regnamespace::name, t.typname),
           ', ' order by n
         )
         from unnest(p.proargtypes::oid[]) with ordinality as a (id, n)
         join pg_catalog.pg_type as t on t.oid = a.id
       )) as call,
       has_function_privilege($1, p.oid, 'execute') as allowed
     from pg_catalog.pg_proc as p
     where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
       and not exists (
         select from pg_catalog.pg_depend as d
         where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')`,
    [name],
  );
  assert.deepEqual(
    functions.filter((row) => row["allowed"]).map((row) => row["name"]).sort(),
    callable,
  );
  for (const row of functions) {
    if (row["allowed"]) continue;
    assert.equal(await answerOf(String(row["call"])), "42501", String(row["call"]));
  }
  assert.ok(functions.length > 60);
});

test("an analyst of a brand gets its numbers, and a stranger PT404", { timeout }, async () => {
  const [analystOfBrand, stranger] = [await server.makeUser(), await server.makeUser()];
  await server.select(
    "insert into public.brand_members (brand_id, user_id, role) values ($1, $2, 'analyst')",
    [people.brand, analystOfBrand],
  );
  const usage = `
    select sum(total_cost_usd)::float8 as cost
    from public.get_brand_usage($1, (now() at time zone 'utc')::date - 1,
      (now() at time zone 'utc')::date)`;
  await server.as(analystOfBrand, 1, async ([connection]) => {
    assert.deepEqual(await connection.query(usage, [people.brand]), [{ cost: 0.2501 }]);
    for (const content of ["conversation_sessions", "conversation_messages", "session_events"]) {
      assert.deepEqual(await connection.query(`select from public.${content}`), [], content);
    }
  });
  await server.as(stranger, 1, async ([connection]) => {
    const refused = await connection.refused(usage, [people.brand]);
    assert.deepEqual([refused?.code, refused?.detail], ["PT404", "BRAND_NOT_FOUND"]);
  });
});

const psql = "psql";

function hasPsql(): boolean {
  try {
    execFileSync(psql, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** The rows of a query of the page, by psql if there is one. */
async function linesOf(sql: string, byPsql: boolean): Promise<number> {
  if (!byPsql) return (await analyst.query(sql)).rowCount ?? 0;
  const { stdout } = await promisify(execFile)(psql, [
    "--no-psqlrc",
    "--set=ON_ERROR_STOP=1",
    "--tuples-only",
    "--no-align",
    `--command=${sql}`,
    url,
  ]);
  return stdout.split("\n").filter((line) => line !== "").length;
}

test("every query of docs/analysts.md runs and has an answer", { timeout }, async (t) => {
  const byPsql = hasPsql();
  if (!byPsql) t.diagnostic("no psql on the PATH: the queries ran through pg");
  for (const query of queries) {
    assert.ok(await linesOf(query, byPsql), `no row:\n${query}`);
  }
  for (const relation of readable) {
    assert.ok(queries.some((query) => query.includes(relation)), `no query for ${relation}`);
  }
});

test("cached_percent is the part of the prompt, whether the input holds the cache or not", {
  timeout,
}, async () => {
  for (const [provider, input] of [["anthropic", 10], ["openai", 100]]) {
    await server.select(
      `select from public.record_usage($1, p_provider => $2, p_model_used => 'cached', p_input_tokens => $3,
         p_cached_input_tokens => 70, p_cache_write_tokens => 15, p_cache_write_1h_tokens => 5)`,
      [random.uuid(), provider, input],
    );
  }
  const query = queries.find((sql) => sql.includes("cached_percent")) ?? "";
  const { rows } = await analyst.query<Record<string, unknown>>(query);
  const percents = rows
    .filter((row) => row["model"] === "cached")
    .map((row) => `${String(row["provider"])} ${String(row["cached_percent"])}`);
  assert.deepEqual(percents.sort(), ["anthropic 70.0", "openai 70.0"]);
});
