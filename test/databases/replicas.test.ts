import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { Cluster, fill, ids, poolOf, until } from "../server/cluster.ts";
import { counters, strayRuns, usageDaily, usageTotals } from "../server/recount.ts";
import { refusal, type Rows, Server } from "../server/support.ts";

const timeout = 120_000;
const writers = 6;
let primary: Cluster;
let replica: Cluster;
let server: Server;

before(async () => {
  primary = await Cluster.start();
  const { dbUrl, adminUrl, authenticatorUrl } = primary.database;
  await fill(adminUrl);
  await primary.select("create role bi_reader login in role analyst");
  replica = await primary.startReplica("replica");
  server = new Server(
    { dbUrl, adminUrl, authenticatorUrl, hasVector: false },
    () => Promise.resolve(),
  );
}, { timeout });
after(async () => {
  await server?.[Symbol.asyncDispose]();
  await replica?.[Symbol.asyncDispose]();
  await primary?.[Symbol.asyncDispose]();
});

const turn = "select from public.log_turn($1, $2, 'asks', 'answers', 'openai', 'gpt-4o', " +
  "p_input_tokens => 90, p_output_tokens => 9, p_latency_ms => 250)";

/** Writers of turns, each in a session of its own, until they are told to stop or are cut off; `done` gets each turn that was acknowledged. */
async function writeTurns(isOver: () => boolean, done: (turnId: string) => void): Promise<void> {
  const users = await Promise.all(Array.from({ length: writers }, () => server.makeUser()));
  await Promise.all(users.map(async (user) => {
    const session = await server.makeSession(user);
    await server.as(user, 1, async ([one]) => {
      while (!isOver()) {
        const id = randomUUID();
        try {
          await one.query(turn, [session, id]);
        } catch (error) {
          // Not the server's word: it is gone.
          if (isOver()) return;
          throw error;
        }
        done(id);
      }
    });
  }));
}

async function caughtUp(): Promise<void> {
  const [at] = await primary.select("select pg_current_wal_insert_lsn()::text as lsn");
  await until("the replica has replayed what the primary wrote", async () => {
    const [row] = await replica.select("select pg_last_wal_replay_lsn() >= $1::pg_lsn as so", [
      at?.["lsn"],
    ]);
    return row?.["so"] === true;
  });
}

test("a replica follows a primary that several clients write to", { timeout }, async () => {
  let isOver = false;
  let turns = 0;
  const lags: number[] = [];
  const writing = writeTurns(() => isOver, () => turns++);
  const probe = await server.makeUser();
  for (let n = 0; n < 40; n++) {
    const session = await server.makeSession(probe);
    const committed = performance.now();
    await until(
      "the replica shows a session that is committed",
      async () =>
        (await replica.select("select from public.conversation_sessions where id = $1", [session]))
          .length === 1,
    );
    lags.push(performance.now() - committed);
    await sleep(20);
  }
  isOver = true;
  await writing;
  lags.sort((a, b) => a - b);
  const at = (share: number) => lags[Math.floor(share * (lags.length - 1))]?.toFixed(1);
  console.log(
    `# ${turns} turns by ${writers} writers; behind by ${at(0.5)} ms (median), ${
      at(0.95)
    } ms (p95), ${at(1)} ms (most)`,
  );
  assert.ok(turns > 100, `${turns} turns are no load`);
  const [state] = await replica.select(
    `select pg_is_in_recovery() as standby, status from pg_stat_wal_receiver`,
  );
  assert.deepEqual(state, { standby: true, status: "streaming" });
});

test("caught up, the replica shows analysts what the primary shows", { timeout }, async () => {
  await caughtUp();
  const login = (of: Cluster) => {
    const url = new URL(of.database.adminUrl);
    url.username = "bi_reader";
    return poolOf(url.href, 1);
  };
  const [here, there] = [login(primary), login(replica)];
  try {
    // Every column that the role may read, of every relation; the server's log of itself is no such.
    const { rows: relations } = await here.query<{ name: string; columns: string }>(
      `select c.oid::regclass::text as name,
         string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns
       from pg_class as c
       join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       where c.relkind in ('r', 'p', 'v', 'm')
         and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
         and has_column_privilege(c.oid, a.attnum, 'select')
         and not exists (
           select from pg_depend as d
           where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
         )
       group by c.oid order by 1`,
    );
    const empty: string[] = [];
    for (const { name, columns } of relations) {
      const read =
        `select to_jsonb(t)::text as row from (select ${columns} from ${name}) as t order by 1`;
      const [ours, theirs] = await Promise.all([here.query(read), there.query(read)]);
      assert.deepEqual(theirs.rows, ours.rows, name);
      if (ours.rows.length === 0) empty.push(name);
    }
    console.log(`# ${relations.length} relations; without a row: ${empty.join(", ") || "none"}`);
    assert.ok(relations.some(({ name }) => name === "usage_daily"));
    assert.ok(relations.length > 2 * empty.length, "most of them have rows");
  } finally {
    await Promise.all([here.end(), there.end()]);
  }
});

interface Reader {
  name: string;
  role: string;
  call: string;
}

/** Every RPC that reads, with arguments by name and type; the optional ones are left out. */
async function readers(): Promise<Reader[]> {
  const rows = await primary.select(
    `select p.proname::text as name,
       case when has_function_privilege('authenticated', p.oid, 'execute')
         then 'authenticated' else 'service_role' end as role,
       array(
         select p.proargnames[i] from generate_series(1, p.pronargs - p.pronargdefaults) as i
       ) as names,
       array(
         select format_type(p.proargtypes[i - 1], null)
         from generate_series(1, p.pronargs - p.pronargdefaults) as i
       ) as types
     from pg_proc as p
     where p.pronamespace = 'public'::regnamespace and p.prokind = 'f' and p.provolatile <> 'v'
       and has_function_privilege('service_role', p.oid, 'execute')
       and not exists (
         select from pg_depend as d
         where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
       )
     order by 1`,
  );
  return rows.map((row) => {
    const names = row["names"] as string[];
    const types = row["types"] as string[];
    const values = names.map((name, i) => `${name} => ${argument(name, types[i] ?? "")}`);
    return {
      name: String(row["name"]),
      role: String(row["role"]),
      call: `public.${row["name"]}(${values.join(", ")})`,
    };
  });
}

function argument(name: string, type: string): string {
  const known: Record<string, string> = {
    p_session_id: `(select s.id from public.conversation_sessions as s
      where s.user_id = '${ids.brandAdmin}' order by s.id limit 1)`,
    p_message_id: `(select m.id from public.conversation_messages as m
      where m.user_id = '${ids.brandAdmin}' order by m.id limit 1)`,
    p_brand_id: `'${ids.brand}'`,
    p_user_id: `'${ids.brandAdmin}'`,
  };
  const byType: Record<string, string> = {
    uuid: `'${ids.brandAdmin}'`,
    text: "'hello'",
    date: "current_date",
    "timestamp with time zone": "date_trunc('day', now())",
    jsonb: "'{}'",
  };
  return `${known[name] ?? byType[type] ?? "null"}::${type}`;
}

/** What the call gives to an admin of a brand on this server: rows, or a refusal. */
async function ask(client: pg.Client, { role, call }: Reader): Promise<Rows | string> {
  await client.query("begin");
  try {
    await client.query(
      "select set_config('request.jwt.claims', $1, true), set_config('role', $2, true)",
      [JSON.stringify({ sub: ids.brandAdmin, role, is_anonymous: false }), role],
    );
    return (await client.query<Record<string, unknown>>(
      // A cursor may hold the time of the call.
      `select regexp_replace(to_jsonb(r)::text, '"cursor": "\\w+"', '') as row from ${call} as r`,
    )).rows;
  } catch (error) {
    const { code, detail, message } = refusal(error);
    return `${code} ${detail ?? message}`;
  } finally {
    await client.query("rollback");
  }
}

test("the RPCs that read give the same on the replica, and write nothing", {
  timeout,
}, async () => {
  await caughtUp();
  const [here, there] = [primary, replica].map((of) =>
    new pg.Client({ connectionString: of.database.authenticatorUrl })
  );
  assert.ok(here && there);
  try {
    await Promise.all([here.connect(), there.connect()]);
    const answered: string[] = [];
    for (const reader of await readers()) {
      const ours: Rows | string = await ask(here, reader);
      const theirs: Rows | string = await ask(there, reader);
      // Above all no 25006, "cannot execute ... in a read-only transaction".
      assert.deepEqual(theirs, ours, reader.name);
      if (typeof ours === "string") console.log(`# ${reader.name}: ${ours}`);
      else if (ours.length > 0) answered.push(reader.name);
    }
    console.log(`# with rows: ${answered.join(", ")}`);
    for (const name of ["get_session_cost", "get_conversation_history", "list_sessions"]) {
      assert.ok(answered.includes(name), name);
    }
    const written = await ask(there, {
      name: "create_conversation_session",
      role: "authenticated",
      call: "public.create_conversation_session()",
    });
    assert.match(String(written), /^25006 /, "a call that writes is refused there");
  } finally {
    await Promise.all([here.end(), there.end()]);
  }
});

test("with a synchronous replica, nothing that was acknowledged is lost with the primary", {
  timeout,
}, async () => {
  await primary.select("alter system set synchronous_standby_names = 'replica'");
  await primary.select("select pg_reload_conf()");
  await until(
    "the replica is synchronous",
    async () =>
      (await primary.select("select from pg_stat_replication where sync_state = 'sync'")).length ===
        1,
  );
  const acknowledged: string[] = [];
  let isOver = false;
  const writing = writeTurns(() => isOver, (id) => acknowledged.push(id));
  await until("turns are written", () => Promise.resolve(acknowledged.length > 200));
  isOver = true;
  await primary.kill();
  await writing;

  await replica.select("select pg_promote()");
  await until(
    "the replica is a primary",
    async () => (await replica.select("select pg_is_in_recovery() as so"))[0]?.["so"] === false,
  );
  const [kept] = await replica.select(
    "select count(distinct turn.id)::int as n from unnest($1::uuid[]) as turn (id) " +
      "join public.conversation_messages as m on m.id = turn.id",
    [acknowledged],
  );
  console.log(`# ${acknowledged.length} turns acknowledged until the power cut`);
  assert.equal(kept?.["n"], acknowledged.length);
  for (const [what, sql] of Object.entries({ usageDaily, usageTotals, counters, strayRuns })) {
    assert.deepEqual(await replica.select(sql), [], what);
  }

  // And it goes on, from the last number of each sequence.
  const [before] = await replica.select("select max(id)::int as id from public.session_events");
  await replica.select(
    `select public.set_session_state(s.id, 'gathering')
     from public.conversation_sessions as s where s.state = 'initial' limit 1`,
  );
  const [next] = await replica.select("select max(id)::int as id from public.session_events");
  assert.ok(Number(next?.["id"]) > Number(before?.["id"]));
  assert.deepEqual(await replica.select(usageDaily), []);
});
