import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { insertMessage, openTestServer, refusal, seeded, type Server } from "./support.ts";

const timeout = 60_000;
const random = seeded("rights");
let server: Server;

before(async () => {
  server = await openTestServer();
});
after(() => server[Symbol.asyncDispose]());

/** One statement on a fresh connection as `authenticator`. */
async function asAuthenticator(statements: string[]): Promise<unknown> {
  const client = new pg.Client({ connectionString: server.urls.authenticatorUrl });
  await client.connect();
  try {
    let rows: unknown;
    for (const sql of statements) rows = (await client.query<Record<string, unknown>>(sql)).rows;
    return rows;
  } catch (error) {
    return refusal(error).code;
  } finally {
    await client.end();
  }
}

test("the login has no power of its own", { timeout }, async () => {
  const [me] = await server.as(await server.makeUser(), 1, async ([connection]) => {
    const { rows } = await connection.client.query<Record<string, unknown>>(
      `select current_user::text as name, rolsuper, rolbypassrls, rolinherit
       from pg_catalog.pg_roles where rolname = current_user`,
    );
    return rows;
  });
  assert.deepEqual(me, {
    name: "authenticator",
    rolsuper: false,
    rolbypassrls: false,
    rolinherit: false,
  });
  assert.equal(await asAuthenticator(["select 1 from public.conversation_sessions"]), "42501");
  assert.equal(await asAuthenticator(["select private.error_codes()"]), "42501");
  for (const role of ["postgres", "supabase_admin", "supabase_auth_admin", "turnbase_postgres"]) {
    const answer = await asAuthenticator([`set role ${role}`]);
    assert.ok(answer === "42501" || answer === "22023", `${role}: ${String(answer)}`);
  }
});

test("anon enters nothing", { timeout }, async () => {
  const objects = await server.select(
    `select c.oid::regclass::text as name from pg_catalog.pg_class as c
     where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
       and c.relkind in ('r', 'p', 'v')`,
  );
  assert.ok(objects.length >= 8);
  for (const { name } of objects) {
    const answer = await asAuthenticator([
      "set role anon",
      `select 1 from ${String(name)} limit 1`,
    ]);
    assert.equal(answer, "42501", String(name));
  }
  const allowed = await server.select(
    `select p.oid::regprocedure::text as name from pg_catalog.pg_proc as p
     where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
       and has_function_privilege('anon', p.oid, 'execute')`,
  );
  assert.deepEqual(allowed, []);
});

test(
  "row level security holds for the real login: reads, writes and deletes",
  { timeout },
  async () => {
    const [ada, eve] = [await server.makeUser(), await server.makeUser()];
    const session = await server.makeSession(ada);
    const id = random.uuid();
    await server.as(
      ada,
      1,
      ([connection]) => connection.query(insertMessage, [id, session, "user", "mine", 1, null]),
    );
    await server.as(eve, 1, async ([connection]) => {
      for (const table of ["conversation_sessions", "conversation_messages", "session_events"]) {
        assert.deepEqual(await connection.query(`select 1 from public.${table}`), [], table);
      }
      for (
        const sql of [
          "update public.conversation_sessions set title = 'x' returning id",
          "update public.conversation_messages set mood = 'x' returning id",
          "delete from public.conversation_messages returning id",
          "delete from public.conversation_sessions returning id",
        ]
      ) {
        assert.deepEqual(await connection.query(sql), [], sql);
      }
      const foreign = await connection.refused(insertMessage, [
        random.uuid(),
        session,
        "user",
        "x",
        1,
        null,
      ]);
      const absent = await connection.refused(insertMessage, [
        random.uuid(),
        random.uuid(),
        "user",
        "x",
        1,
        null,
      ]);
      assert.deepEqual(foreign, absent);
      assert.equal(foreign?.code, "PT404");
    });
    const [kept] = await server.select(
      "select mood, content from public.conversation_messages where id = $1",
      [id],
    );
    assert.deepEqual(kept, { mood: null, content: "mine" });
  },
);

test("claims end with their transaction", { timeout }, async () => {
  const ada = await server.makeUser();
  await server.makeSession(ada);
  await server.as(ada, 1, async ([connection]) => {
    assert.equal((await connection.query("select 1 from public.conversation_sessions")).length, 1);
    const { rows } = await connection.client.query<{ role: string; claims: string | null }>(
      `select current_user::text as role,
         nullif(current_setting('request.jwt.claims', true), '') as claims`,
    );
    assert.deepEqual(rows[0], { role: "authenticator", claims: null });
  });
});

test("the API's logins have their time limits, and one holds", { timeout }, async () => {
  const settings = await server.select(
    `select s.setrole::regrole::text as role, c as setting
     from pg_catalog.pg_db_role_setting as s cross join unnest(s.setconfig) as c
     where c like 'statement_timeout=%' order by 1`,
  );
  const limits = new Map(settings.map((row) => [row["role"], row["setting"]]));
  for (const role of ["anon", "authenticated", "authenticator"]) {
    assert.match(String(limits.get(role)), /^statement_timeout=\d+m?s$/, role);
  }
  await server.as(await server.makeUser(), 1, async ([connection]) => {
    // PostgREST gives each request the limit of the role that it switches to.
    const limit = String(limits.get("authenticated")).split("=")[1];
    const started = performance.now();
    await connection.begin();
    await connection.client.query("select set_config('statement_timeout', $1, true)", [limit]);
    const ended = await connection.client.query("select pg_sleep(20)").catch(refusal);
    await connection.client.query("rollback");
    assert.equal("code" in ended ? ended.code : "ran on", "57014");
    assert.ok(performance.now() - started < 12_000);
  });
});

test("a profile is made for whom the auth service signs up", { timeout }, async () => {
  const client = new pg.Client({ connectionString: server.urls.adminUrl });
  await client.connect();
  try {
    await client.query("begin");
    await client.query("set local session authorization supabase_auth_admin");
    const { rows } = await client.query<{ id: string }>(
      `insert into auth.users (id, aud, role, email, created_at, updated_at)
       values (gen_random_uuid(), 'authenticated', 'authenticated', 'signed-up@test.example', now(), now())
       returning id`,
    );
    await client.query("set local session authorization default");
    const found = await client.query("select from public.profiles where user_id = $1", [
      rows[0]?.id,
    ]);
    assert.equal(found.rowCount, 1);
  } finally {
    await client.query("rollback");
    await client.end();
  }
});
