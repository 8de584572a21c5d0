import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import pg from "pg";
import { ids as idsOf, serverUser } from "../../local/engines/native-files.ts";
import { root } from "../../local/paths.ts";
import { freePort, host } from "../../local/ports.ts";
import { onPath, startService } from "../../local/process.ts";
import { blocksOf, Cluster, poolOf, until } from "./cluster.ts";
import { type Rows, seeded, Server, UserConnection } from "./support.ts";

const timeout = 120_000;
const random = seeded("pooling");
let cluster: Cluster;
let server: Server;

// One of its own: among the calls are those that clean up.
before(async () => {
  cluster = await Cluster.start();
  const { dbUrl, adminUrl, authenticatorUrl } = cluster.database;
  server = new Server(
    { dbUrl, adminUrl, authenticatorUrl, hasVector: false },
    () => Promise.resolve(),
  );
}, { timeout });
after(async () => {
  await server?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
});

const turn = "select from public.log_turn($1, $2, 'asks', 'answers', 'openai', 'gpt-4o', " +
  "p_input_tokens => 90)";

/** What the session of a connection holds between two transactions. */
const left = `
  select coalesce(nullif(current_setting('role'), 'none'), '') as role,
    coalesce(current_setting('request.jwt.claims', true), '') as claims,
    current_setting('search_path') as path,
    current_setting('statement_timeout') as timeout,
    current_setting('lock_timeout') as lock_timeout,
    (select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks,
    (select count(*)::int from pg_class where relpersistence = 't'
     and relnamespace = pg_my_temp_schema()) as temporary,
    (select count(*)::int from pg_prepared_statements) as prepared,
    (select count(*)::int from pg_cursors where name <> '') as cursors,
    (select count(*)::int from pg_listening_channels()) as channels`;

test("every function leaves the connection as it was", { timeout }, async () => {
  const client = await server.pool.connect();
  const user = await server.makeUser();
  const session = await server.makeSession(user);
  const one = new UserConnection(client, user);
  await one.query(turn, [session, randomUUID()]);
  const clean = (await client.query(left)).rows;
  const functions = await server.select(
    `select format('%I.%I(%s)', p.pronamespace::regnamespace, p.proname, (
         select string_agg(format('%I => %s::%s', p.proargnames[i],
           case
             when p.proargnames[i] = 'p_session_id' then quote_literal($1)
             when p.proargtypes[i - 1] = 'uuid'::regtype then quote_literal(gen_random_uuid())
             when p.proargtypes[i - 1] = 'text'::regtype then quote_literal('word')
             when p.proargtypes[i - 1] = 'integer'::regtype then '5'
             else 'null'
           end, format_type(p.proargtypes[i - 1], null)), ', ')
         from generate_series(1, p.pronargs - p.pronargdefaults) as i
       )) as call,
       array_remove(array[
         case when has_function_privilege('authenticated', p.oid, 'execute') then 'authenticated' end,
         case when has_function_privilege('service_role', p.oid, 'execute') then 'service_role' end
       ], null) as roles
     from pg_proc as p
     where p.pronamespace = 'public'::regnamespace and p.prokind = 'f'
       and p.prorettype <> 'trigger'::regtype
       and not exists (
         select from pg_depend as d
         where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
       )
     -- Last the one after which the user has nothing more to call for.
     order by p.proname = 'erase_user_data', 1`,
    [session],
  );
  let succeeded = 0;
  try {
    for (const { call, roles } of functions as { call: string; roles: string[] }[]) {
      for (const role of roles) {
        await one.begin();
        await client.query("select set_config('role', $1, true)", [role]);
        await client.query(`select from ${call}`).then(() => succeeded++, () => undefined);
        // One that fails rolls back here.
        await client.query("commit");
        assert.deepEqual((await client.query(left)).rows, clean, `${call} as ${role}`);
      }
    }
  } finally {
    client.release();
  }
  console.log(`# ${functions.length} functions called, ${succeeded} calls went through`);
  assert.ok(succeeded > 40, `${succeeded} calls that succeed prove little`);
});

/** Users whose transactions share connections: each sees and writes only what is theirs. */
async function writeAndRead(pool: pg.Pool, users: number, turns: number): Promise<void> {
  const people = await Promise.all(Array.from({ length: users }, async () => {
    const user = await server.makeUser();
    return { user, session: await server.makeSession(user) };
  }));
  await Promise.all(people.map(async ({ user, session }) => {
    for (let n = 1; n <= turns; n++) {
      const as = async (work: (one: UserConnection) => Promise<Rows>) => {
        const client = await pool.connect();
        try {
          return await work(new UserConnection(client, user));
        } finally {
          client.release();
        }
      };
      await as((one) => one.query(turn, [session, randomUUID()]));
      const seen = await as((one) =>
        one.query(
          `select (select count(*)::int from public.conversation_messages) as messages,
             (select count(*)::int from public.list_sessions()) as sessions,
             (select count(*)::int from public.conversation_messages where user_id <> $1) as others`,
          [user],
        )
      );
      assert.deepEqual(seen, [{ messages: 2 * n, sessions: 1, others: 0 }]);
      if (random.int(8) === 0) {
        const refused = await as(async (one) => [
          (await one.refused("select from public.get_session_cost($1)", [randomUUID()])) as never,
        ]);
        assert.equal(refused.length, 1);
      }
    }
  }));
  await server.assertExact(people.map(({ session }) => session));
}

test("twenty users take turns on one connection", { timeout }, async () => {
  const pool = poolOf(server.urls.authenticatorUrl, 1);
  try {
    await writeAndRead(pool, 20, 8);
  } finally {
    await pool.end();
  }
});

test("a user's turn from a server is one statement", { timeout }, async () => {
  const [transaction = "", statement = ""] = blocksOf(
    readFileSync(join(root, "docs/scaling.md"), "utf8"),
    "A user's turn from your own server",
    "sql",
  );
  const url = new URL(server.urls.authenticatorUrl);
  url.searchParams.set("options", "-c role=authenticated");
  const client = new pg.Client({ connectionString: url.href });
  const [user, other] = [await server.makeUser(), await server.makeUser()];
  const session = await server.makeSession(user);
  const send = async (one: pg.Client, sub: string | undefined, id: string = randomUUID()) => {
    const { rows } = await one.query<{ inserted: boolean }>({
      name: "turn",
      text: statement,
      values: [
        JSON.stringify({ sub, role: "authenticated" }),
        session,
        id,
        "asks",
        "answers",
        "openai",
        "gpt-4o",
        90,
        10,
      ],
    });
    return rows.map(({ inserted }) => inserted);
  };
  await client.connect();
  try {
    // One result for each of its statements.
    const answers = (await client.query(transaction.replace("<user id>", user))) as unknown;
    const listed = (answers as pg.QueryResult<{ id: string }>[]).flatMap(({ rows }) => rows);
    assert.ok(listed.some(({ id }) => id === session));
    // Often enough for a plan that does not know the values.
    for (let n = 0; n < 8; n++) {
      const id = randomUUID();
      assert.deepEqual(await send(client, user, id), [true, true]);
      assert.deepEqual(await send(client, user, id), [false, false]);
      await assert.rejects(send(client, other), /Session not found/);
      await assert.rejects(send(client, undefined), /Session not found/);
      const { rows } = await client.query(
        `select coalesce(current_setting('request.jwt.claims', true), '') as claims,
           current_setting('role') as role,
           (select count(*)::int from public.conversation_messages) as seen`,
      );
      assert.deepEqual(rows, [{ claims: "", role: "authenticated", seen: 0 }]);
    }
  } finally {
    await client.end();
  }
  // The login that owns the schema may write everywhere: a pooler that drops the option must not make it do so.
  const owner = new pg.Client({ connectionString: server.urls.dbUrl });
  await owner.connect();
  try {
    await assert.rejects(send(owner, other), /Session not found/);
    await owner.query("set role authenticated");
    assert.deepEqual(await send(owner, user), [true, true]);
  } finally {
    await owner.end();
  }
  await server.assertExact([session]);
});

const bouncer = process.env["PGBOUNCER_BIN"] ?? onPath("pgbouncer");
const skip = bouncer ? false : "no pgbouncer on the PATH or in PGBOUNCER_BIN";

test("a hundred clients through PgBouncer, a transaction a time", { timeout, skip }, async () => {
  assert.ok(bouncer);
  const folder = await mkdtemp(join(tmpdir(), "turnbase-pooler-"));
  const user = await serverUser();
  const port = await freePort();
  const target = new URL(server.urls.authenticatorUrl);
  const database = target.pathname.slice(1);
  const [page = ""] = blocksOf(
    readFileSync(join(root, "docs/scaling.md"), "utf8"),
    "Connection pooling",
    "ini",
  );
  writeFileSync(
    join(folder, "pgbouncer.ini"),
    page.replace(
      /^postgres = .*$/m,
      `${database} = host=${target.hostname} port=${target.port} ` +
        `dbname=${database} password=${decodeURIComponent(target.password)}`,
    )
      .replace("listen_port = 6543", `listen_port = ${port}`)
      .replace("auth_type = scram-sha-256", "auth_type = any")
      .replace(/^auth_file = .*$/m, "unix_socket_dir ="),
  );
  await chmod(folder, 0o755);
  if (user) await chown(folder, user.uid, user.gid);
  // With auth_type any, the server's login has to be named.
  const ini = join(folder, "pgbouncer.ini");
  writeFileSync(
    ini,
    readFileSync(ini, "utf8").replace(" password=", ` user=${target.username} password=`),
  );
  const pooler = startService(bouncer, [ini], {
    ...idsOf(user),
    env: { PATH: process.env["PATH"] },
  });
  const through = new URL(target);
  through.hostname = host;
  through.port = String(port);
  const pool = poolOf(through.href, 100);
  try {
    await until(
      `PgBouncer answers: ${pooler.lastWords()}`,
      () => pool.query("select 1").then(() => true, () => false),
    );
    await writeAndRead(pool, 100, 3);
    const pids = await Promise.all(
      Array.from(
        { length: 100 },
        () => pool.query("select pg_backend_pid() as pid, pg_sleep(0.01)"),
      ),
    );
    const backends = new Set(pids.map(({ rows }) => rows[0]?.pid)).size;
    assert.ok(backends > 1 && backends <= 8, `${backends} connections for 100 clients`);
  } finally {
    await pool.end();
    await pooler.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
