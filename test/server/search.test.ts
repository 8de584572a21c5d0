import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { openTestServer, type Random, seeded, type Server } from "./support.ts";

const timeout = 300_000;
const messages = 10_000;
/** Of a database with more than is made here, such as the benchmarks': who searches there. */
const elsewhere = process.env["TURNBASE_SEARCH_URL"];
const elsewhereUser = process.env["TURNBASE_SEARCH_USER"];
/** TURNBASE_HOSTILE_QUERIES asks for more or fewer. */
const hostileQueries = Number(process.env["TURNBASE_HOSTILE_QUERIES"] ?? 1000);
let server: Server | undefined;
let client: pg.Client;

before(async () => {
  if (elsewhere === undefined) server = await openTestServer();
  client = new pg.Client({ connectionString: elsewhere ?? server?.urls.adminUrl });
  await client.connect();
  const user = elsewhereUser ?? await fill();
  await client.query("select set_config('request.jwt.claims', $1, false)", [
    JSON.stringify({ sub: user, role: "authenticated" }),
  ]);
}, { timeout });
after(async () => {
  await client.end();
  await server?.[Symbol.asyncDispose]();
});

/** One user's messages, every second with one word, every thousandth with another; the same for nine others. */
async function fill(): Promise<string> {
  assert.ok(server);
  let user = "";
  for (let nth = 0; nth < 10; nth++) {
    user = await server.makeUser();
    const session = await server.makeSession(user);
    await server.admin.query(
      `insert into public.conversation_messages (session_id, role, content)
       select $1, 'user', 'message ' || i || case when i % 2 = 0 then ' common word' else '' end
         || case when i % 1000 = 0 then ' rare' else '' end
       from generate_series(1, $2::int) as i`,
      [session, messages / 10],
    );
  }
  await server.admin.query("analyze public.message_search");
  return user;
}

test("a search reads by the index of its user, and no table as a whole", { timeout }, async (t) => {
  const loaded = await client.query("load 'auto_explain'").then(() => true, () => false);
  if (!loaded) return t.skip("auto_explain is not installed on this server");
  const plans: string[] = [];
  const listen = ({ message }: { message?: string | undefined }) => plans.push(message ?? "");
  client.on("notice", listen);
  await client.query(`
    set client_min_messages = log;
    set auto_explain.log_min_duration = 0;
    set auto_explain.log_nested_statements = on;
    set auto_explain.log_level = log`);
  for (const query of ["common", "rare", '"common word"', "rar*", "common -rare", "unknown"]) {
    plans.length = 0;
    await client.query("select * from public.search_messages($1)", [query]);
    const ofSearch = plans.filter((plan) => plan.includes("message_search"));
    const text = ofSearch.join("\n");
    assert.match(
      text,
      /Index Scan.* using message_search_pkey on message_search/,
      `${query}: walk`,
    );
    if (query !== "common" && query !== '"common word"' && query !== "common -rare") {
      assert.match(text, /Bitmap Index Scan on message_search_words_idx/, `${query}: words`);
    }
    assert.doesNotMatch(text, /Seq Scan/, query);
  }
  await client.query("reset client_min_messages; set auto_explain.log_min_duration = -1");
  client.off("notice", listen);
});

test("a search compiles no plan, which takes a hundred times as long", { timeout }, async (t) => {
  const { rows: [can] } = await client.query<{ jit: boolean; statements: boolean }>(
    `select pg_jit_available() as jit,
       current_setting('shared_preload_libraries') ~ 'pg_stat_statements' as statements`,
  );
  if (!can?.jit) return t.skip("this server cannot compile plans");
  if (!can.statements) return t.skip("pg_stat_statements is not loaded on this server");
  await client.query(`
    create extension if not exists pg_stat_statements with schema extensions;
    set pg_stat_statements.track = 'all'`);
  try {
    for (const name of ["search_messages", "search_sessions"]) {
      for (const query of ["common", "rare", "unknown"]) {
        await client.query(`select * from public.${name}($1)`, [query]);
      }
    }
    const { rows } = await client.query<{ query: string; compiled: boolean }>(
      `select s.query, s.jit_functions > 0 as compiled
       from extensions.pg_stat_statements as s
       join pg_catalog.pg_database as d on d.oid = s.dbid and d.datname = current_database()
       where s.query ~ 'search_secrets|message_search|session_search'`,
    );
    for (const table of ["search_secrets", "message_search", "session_search"]) {
      assert.ok(rows.some(({ query }) => query.includes(table)), table);
    }
    assert.deepEqual(rows.filter(({ compiled }) => compiled), []);
  } finally {
    await client.query("reset pg_stat_statements.track");
  }
});

test(`${hostileQueries} hostile queries: no error, none over a second`, { timeout }, async (t) => {
  const random = seeded("hostile queries");
  await client.query("set statement_timeout = '1s'");
  let slowest = 0;
  let of = "";
  for (let nth = 0; nth < hostileQueries; nth++) {
    const query = hostile(random, nth);
    for (const name of ["search_messages", "search_sessions"]) {
      const began = performance.now();
      try {
        await client.query(`select * from public.${name}($1)`, [query]);
      } catch (error) {
        assert.fail(`${name}(${JSON.stringify(query.slice(0, 300))}): ${(error as Error).message}`);
      }
      const ms = performance.now() - began;
      if (ms > slowest) [slowest, of] = [ms, query];
    }
  }
  await client.query("reset statement_timeout");
  t.diagnostic(`the slowest took ${slowest.toFixed(1)} ms: ${JSON.stringify(of.slice(0, 60))}`);
});

const signs = [
  "'",
  '"',
  "\\",
  "%",
  "_",
  "*",
  "-",
  "--",
  "(",
  "((",
  ")",
  "&",
  "|",
  "!",
  ":",
  ":*",
  "<->",
  "<2>",
  "~",
  ";",
  "/*",
  "*/",
  "$$",
  "$1",
  "{",
  "}",
  "[",
  "]",
  "^",
  "?",
  "+",
  ".",
  "or",
  "OR",
  "and",
  "not",
  "common",
  "word",
  "rare",
  "message",
  "a*",
  "\u0001",
  "\t",
  "\n",
  "\r",
  "\u007f",
  "\u200b",
  "\ufeff",
  "\u202e",
  "ﷺ",
  "é",
  "e\u0301",
  "İ",
  "ı",
  "猫",
  "🚀",
  "👨‍👩‍👧‍👦",
  "ά",
  "\ud7ff",
  "\u{10ffff}",
  "' or 1=1 --",
  "'; drop table",
  "<script>",
  "%00",
  "\\x00",
  "E'\\\\'",
  "a:b:c",
  "http://a.b/c?d=e",
  "x".repeat(300),
  "(?:a+)+$",
  "[[:alpha:]]",
];

/** Some signs of all kinds in any order; now and then one sign over and over, or 10 kB. */
function hostile(random: Random, nth: number): string {
  const sign = () => random.pick(signs);
  if (nth < signs.length) return signs[nth] ?? "";
  const glue = random.int(2) === 0 ? " " : "";
  if (nth % 10 === 0) return `${sign()}${glue}`.repeat(10_000).slice(0, 10_000);
  const count = nth % 25 === 1 ? 2000 : 1 + random.int(12);
  return Array.from({ length: count }, sign).join(glue);
}
