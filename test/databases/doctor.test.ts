import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import pg from "pg";
import { bootstrapScript, bootstrapState } from "../../local/bootstrap.ts";
import { root } from "../../local/paths.ts";
import { readMigrations } from "../../local/project.ts";
import { type Damage, dataDamages, objectDamages } from "./damages.ts";
import { openServer, scratchDatabase } from "../run/server.ts";
import { cronDatabase, seeded, Server } from "../server/support.ts";

const random = seeded("doctor");
/** How many damages are drawn; TURNBASE_DAMAGES=all tries every one. */
const drawn = process.env["TURNBASE_DAMAGES"] === "all"
  ? Infinity
  : Number(process.env["TURNBASE_DAMAGES"]) || 400;
const timeout = drawn === Infinity ? 3_600_000 : 300_000;
/** Of each kind so many are drawn before chance has its way. */
const fromEach = 4;
/** What store_doctor itself is made of: without it there is an error or a failed check, not a name. */
const doctorParts = new Set([
  "store_doctor",
  "doctor_checks",
  "doctor_check",
  "check_objects",
  "current_objects",
  "expected_objects",
  "is_trusted_caller",
  "session_state",
]);
const doctorKind = "part of the doctor";
const isOfDoctor = ({ named }: Damage) => doctorParts.has(named);

let server: Server;
let client: pg.Client;
let session: string;

before(async () => {
  // What other files leave behind in theirs is not ours to judge.
  const { adminUrl, hasVector, [Symbol.asyncDispose]: close } = await openServer();
  const scratch = await scratchDatabase(adminUrl);
  const { database } = scratch;
  server = new Server(
    {
      dbUrl: database.dbUrl,
      adminUrl: database.adminUrl,
      authenticatorUrl: database.authenticatorUrl,
      hasVector,
    },
    async () => {
      await scratch[Symbol.asyncDispose]();
      await close();
    },
  );
  session = await fill(server);
  client = new pg.Client({ connectionString: server.urls.adminUrl });
  await client.connect();
}, { timeout });
after(async () => {
  await client?.end();
  await server?.[Symbol.asyncDispose]();
});

/** Some of everything; returns a session with messages, a branch and tool runs. */
async function fill(on: Server): Promise<string> {
  const user = await on.makeUser();
  const id = await on.as(user, 1, async ([connection]) => {
    await connection.query("insert into public.brands (slug, name) values ('doctor', 'Doctor')");
    const [made] = await connection.query(
      `select id from public.create_conversation_session(
         p_brand_id => (select id from public.brands where slug = 'doctor'), p_title => 'A title')`,
    );
    const made_id = String(made?.["id"]);
    for (const provider of ["openai", "nobody"]) {
      await connection.query(
        `select public.log_turn($1, $2, 'Hello?', 'Hello.', $3, 'gpt-4o', p_input_tokens => 5,
           p_output_tokens => 7, p_latency_ms => 900,
           p_tool_executions => '[{"tool_name": "search", "tokens_used": 3}]')`,
        [made_id, randomUUID(), provider],
      );
    }
    await connection.query(
      `select public.edit_message(
         (select id from public.conversation_messages where session_id = $1 and role = 'user'
          order by sequence_order desc limit 1), 'Hello again?')`,
      [made_id],
    );
    await connection.query(
      `insert into public.attachments (session_id, name, size_bytes, mime_type, sha256)
       values ($1, 'a.txt', 1, 'text/plain', repeat('a', 64))`,
      [made_id],
    );
    await connection.query(
      `insert into public.message_feedback (message_id, rating)
       select m.id, 'up' from public.conversation_messages as m
       where m.session_id = $1 and m.role = 'assistant'`,
      [made_id],
    );
    await connection.query("select public.set_session_state($1, 'gathering')", [made_id]);
    await connection.query("select public.record_outcome($1, p_query_type => 'x')", [made_id]);
    await connection.query(
      "select public.log_turn($1, $2, 'Bye?', 'Bye.', 'openai', 'gpt-4o')",
      [made_id, randomUUID()],
    );
    await connection.query(
      `delete from public.conversation_messages where id = (
         select id from public.conversation_messages where session_id = $1
         order by sequence_order desc limit 1)`,
      [made_id],
    );
    await connection.query("select public.begin_message($1)", [made_id]);
    return made_id;
  });
  await on.admin.query("select public.merge_usage()");
  await on.as(user, 1, async ([connection]) => {
    // By its seed, the turn is not the one in 500 that merges.
    await connection.query("select setseed(0.5)");
    await connection.query("select public.log_turn($1, $2, 'More?', 'More.', 'openai', 'gpt-4o')", [
      await on.makeSession(user),
      randomUUID(),
    ]);
  });
  await on.admin.query("select public.start_visitor_session('token', repeat('s', 43))");
  if (on.urls.hasVector) {
    await on.admin.query(
      `select public.set_embedding_model('test');
       insert into public.message_embeddings (message_id, session_id, user_id, model, content_hash, embedding)
       select m.id, m.session_id, m.user_id, 'test', sha256(convert_to(m.content, 'UTF8')),
         array_fill(1, array[384])::extensions.halfvec
       from public.conversation_messages as m where m.session_id = '${id}' and m.role = 'user'`,
    );
  }
  return id;
}

interface Finding {
  check: string;
  ok: boolean;
  detail: string;
}

async function examine(isDeep: boolean, by: pg.Client = client): Promise<Finding[]> {
  const { rows } = await by.query<Finding>("select * from public.store_doctor($1)", [isDeep]);
  return rows;
}

const failing = (findings: Finding[]) => findings.filter(({ ok }) => !ok);

type Verdict = "named" | "found" | "missed" | "refused";

/** What store_doctor says of a damage, which is taken back. */
async function tryDamage({ sql, named, isDeep }: Damage): Promise<[Verdict, string]> {
  await client.query("savepoint damage");
  try {
    try {
      await client.query(sql);
    } catch (error) {
      return ["refused", String(error)];
    }
    try {
      const found = failing(await examine(isDeep));
      const said = found.map(({ check, detail }) => `${check}: ${detail}`).join("\n");
      return [found.length === 0 ? "missed" : said.includes(named) ? "named" : "found", said];
    } catch (error) {
      // One that takes a part of store_doctor itself away.
      return [String(error).includes(named) ? "named" : "found", String(error)];
    }
  } finally {
    await client.query("rollback to savepoint damage");
  }
}

function draw(damages: Damage[]): Damage[] {
  const kinds = new Map<string, Damage[]>();
  for (const damage of random.shuffle(damages)) {
    const one = isOfDoctor(damage) ? { ...damage, kind: doctorKind } : damage;
    kinds.set(one.kind, [...(kinds.get(one.kind) ?? []), one]);
  }
  const first = [...kinds.values()].flatMap((of) => of.slice(0, fromEach));
  const rest = random.shuffle([...kinds.values()].flatMap((of) => of.slice(fromEach)));
  return [...first, ...rest.slice(0, Math.max(0, drawn - first.length))];
}

test("a store with some of everything is well", { timeout }, async () => {
  assert.deepEqual(failing(await examine(true)), []);
});

test(
  "damages drawn from the catalog and from the rows are found and named",
  { timeout },
  async () => {
    await client.query("begin");
    const all = [...await objectDamages(client), ...await dataDamages(client, session)];
    const chosen = draw(all);
    const tally = new Map<string, Record<Verdict, number>>();
    const missed: string[] = [];
    for (const one of chosen) {
      const [verdict, said] = await tryDamage(one);
      const counts = tally.get(one.kind) ?? { named: 0, found: 0, missed: 0, refused: 0 };
      counts[verdict] += 1;
      tally.set(one.kind, counts);
      if (verdict !== "named" && !(verdict === "found" && isOfDoctor(one))) {
        missed.push(`${one.kind} ${verdict}: ${one.sql}\n#   ${said}`);
      }
    }
    await client.query("rollback");

    const percent = ({ named, found, missed: none }: Record<Verdict, number>) =>
      100 * named / Math.max(1, named + found + none);
    const total: Record<Verdict, number> = { named: 0, found: 0, missed: 0, refused: 0 };
    const line = (kind: string, counts: Record<Verdict, number>) =>
      `# ${kind.padEnd(36)} ${
        [
          counts.named + counts.found + counts.missed,
          counts.named + counts.found,
          counts.named,
          counts.refused,
        ]
          .map((n) => String(n).padStart(8)).join("")
      }`;
    console.log(`# ${"kind".padEnd(36)}  damages   found   named refused`);
    for (const [kind, counts] of [...tally].sort(([a], [b]) => a.localeCompare(b))) {
      console.log(line(kind, counts));
      for (const key of ["named", "found", "missed", "refused"] as const) total[key] += counts[key];
    }
    console.log(line(`all, of ${all.length}`, total));
    for (const one of missed) console.log(`# ${one}`);
    assert.ok(percent(total) >= 95, `${percent(total)} % of the damages were named`);
    for (const [kind, counts] of tally) {
      assert.ok(
        counts.named + counts.found + counts.missed > 0,
        `Postgres refused every "${kind}"`,
      );
      const unnamed = counts.missed + (kind === doctorKind ? 0 : counts.found);
      // One of a handful says nothing of its kind.
      assert.ok(
        unnamed <= 1 || percent(counts) >= 80,
        `${kind}: ${percent(counts)} % were named\n${missed.join("\n")}`,
      );
    }
  },
);

test("and after all of them the store is well", { timeout }, async () => {
  assert.deepEqual(failing(await examine(true)), []);
});

/** Statements that make objects again from what Postgres prints of them, as a restored dump does. */
const printed = `
  with ours as (
    select c.oid, c.oid::regclass as name, c.relkind, array_to_string(c.reloptions, ', ') as options
    from pg_catalog.pg_class as c
    join private.expected_objects as e on e.identity = 'table ' || c.oid::regclass and e.kind = 'name'
  )
  select 'triggers' as what, format('drop trigger %I on %s; %s', t.tgname, o.name, pg_get_triggerdef(t.oid)) as sql
  from pg_catalog.pg_trigger as t join ours as o on o.oid = t.tgrelid where not t.tgisinternal
  union all
  select 'constraints', format(
    'alter table %1$s drop constraint %2$I, add constraint %2$I %3$s', o.name, k.conname,
    pg_get_constraintdef(k.oid))
  from pg_catalog.pg_constraint as k join ours as o on o.oid = k.conrelid
  where k.contype = 'c' and o.relkind = 'r'
  union all
  select 'policies', format(
    'alter policy %I on %s %s %s', p.polname, o.name,
    'using (' || pg_get_expr(p.polqual, o.oid) || ')',
    'with check (' || pg_get_expr(p.polwithcheck, o.oid) || ')')
  from pg_catalog.pg_policy as p join ours as o on o.oid = p.polrelid
  union all
  select 'columns', format(
    'alter table %s alter %I set default %s', o.name, a.attname, pg_get_expr(d.adbin, o.oid))
  from pg_catalog.pg_attrdef as d join ours as o on o.oid = d.adrelid
  join pg_catalog.pg_attribute as a on a.attrelid = o.oid and a.attnum = d.adnum
  where a.attgenerated = ''
  union all
  select 'indexes', format('drop index %s; %s', i.indexrelid::regclass, pg_get_indexdef(i.indexrelid))
  from pg_catalog.pg_index as i join ours as o on o.oid = i.indrelid
  where o.relkind = 'r'
    and not exists (select from pg_catalog.pg_constraint as k where k.conindid = i.indexrelid)
  union all
  select 'views', format('create or replace view %s with (%s) as %s', o.name, o.options, pg_get_viewdef(o.oid))
  from ours as o where o.relkind = 'v'
  union all
  select 'functions', pg_get_functiondef(p.oid)
  from pg_catalog.pg_proc as p
  join private.expected_objects as e on e.kind = 'functions' and e.identity = p.oid::regprocedure::text
  where p.prokind = 'f'`;

test("made again from what a dump holds, the store is well", { timeout }, async () => {
  await client.query("begin; set local search_path = ''");
  try {
    const { rows } = await client.query<{ what: string; sql: string }>(printed);
    for (const what of new Set(rows.map((row) => row.what))) {
      await client.query("savepoint made");
      const made = rows.filter((row) => row.what === what);
      assert.ok(made.length > 10, what);
      for (const { sql } of made) await client.query(sql);
      assert.deepEqual(failing(await examine(false)), [], what);
      await client.query("rollback to savepoint made");
    }
  } finally {
    await client.query("rollback");
  }
});

async function migrate(by: pg.Client, want: (file: string) => boolean): Promise<void> {
  const { rows } = await by.query<{ name: string }>(
    "select name::text from pg_catalog.pg_available_extensions",
  );
  const { applied } = await readMigrations(root, new Set(rows.map(({ name }) => name)));
  for (const file of applied.filter(want)) {
    await by.query(await readFile(join(root, "supabase/migrations", file), "utf8"));
  }
}

test(
  "where files were left out, the rest is well, and namesakes are not ours",
  { timeout },
  async () => {
    await using scratch = await scratchDatabase(server.urls.adminUrl, false);
    const postgres = new pg.Client({ connectionString: scratch.database.dbUrl });
    await postgres.connect();
    try {
      await migrate(postgres, (file) => /^00[1-5]0_|^0990_/.test(file));
      assert.deepEqual(failing(await examine(true, postgres)), []);
      await postgres.query(
        `create table public.messages (id integer);
       create table public.profiles (id integer);
       create table public.tool_executions (session_id uuid, tokens_used integer);
       select private.remember_objects();
       drop table public.messages, public.profiles, public.tool_executions`,
      );
      assert.deepEqual(failing(await examine(true, postgres)), []);
      await postgres.query("alter table public.brands disable row level security");
      assert.deepEqual(failing(await examine(true, postgres)).map(({ check }) => check), [
        "row_security",
      ]);
    } finally {
      await postgres.end();
    }
  },
);

/** pg_cron lives in one database of a server; there, inside a transaction that is taken back. */
test("jobs of pg_cron that are gone, stopped or changed are named", { timeout }, async (t) => {
  const url = new URL(server.urls.adminUrl);
  const home = await cronDatabase(url.href);
  const leaveOut = (reason: string) => {
    console.log(`# Left out: jobs of pg_cron (${reason})`);
    t.skip(reason);
  };
  if (home === undefined) return leaveOut("this server has no pg_cron, or does not load it");
  url.pathname = `/${home}`;
  const admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
  try {
    await admin.query("begin");
    const { rows: [there] } = await admin.query<{ turnbase: boolean }>(
      "select to_regclass('public.conversation_sessions') is not null as turnbase",
    );
    const state = await bootstrapState(admin);
    if (state === "foreign" || there?.turnbase) {
      return leaveOut(`the database that holds pg_cron, ${home}, is in use`);
    }
    if (state === "none") await admin.query(await bootstrapScript("turnbase_postgres"));
    await admin.query("create extension if not exists pg_cron");
    await admin.query("set local role turnbase_postgres");
    await migrate(admin, () => true);
    assert.deepEqual(failing(await examine(true, admin)), []);
    const { rows: jobs } = await admin.query<{ name: string }>(
      "select jobname as name from cron.job where jobname like 'turnbase\\_%'",
    );
    assert.ok(jobs.length >= 5);
    for (const { name } of jobs) {
      for (
        const [sql, verdict] of [
          ["select cron.unschedule($1)", "missing"],
          [
            "select cron.alter_job(jobid, active => false) from cron.job where jobname = $1",
            "changed",
          ],
          ["select cron.schedule($1, '0 0 1 1 *', 'select 1')", "changed"],
        ] as const
      ) {
        await admin.query("savepoint damage");
        await admin.query(sql, [name]);
        const found = failing(await examine(false, admin));
        assert.deepEqual(found.map(({ check }) => check), ["scheduled_jobs"], sql);
        assert.ok(found[0]?.detail.startsWith(`${verdict}: job ${name}`), found[0]?.detail);
        await admin.query("rollback to savepoint damage");
      }
    }
  } finally {
    await admin.query("rollback").catch(() => undefined);
    await admin.end();
  }
});
