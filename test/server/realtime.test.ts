import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import pg from "pg";
import { bootstrapScript } from "../../local/bootstrap.ts";
import { root } from "../../local/paths.ts";
import { readMigrations } from "../../local/project.ts";
import { openServer, scratchDatabase } from "../run/server.ts";

const timeout = 120_000;
let server: Awaited<ReturnType<typeof openServer>>;
let admin: pg.Client;

before(async () => {
  server = await openServer();
  admin = await connect(server.adminUrl);
});
after(async () => {
  await admin?.end();
  await server?.[Symbol.asyncDispose]();
});

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

async function newUser(client: pg.Client): Promise<string> {
  const id = randomUUID();
  await client.query(
    `insert into auth.users (instance_id, id, aud, role, email)
     values ('00000000-0000-0000-0000-000000000000', $1, 'authenticated', 'authenticated', $2)`,
    [id, `${id}@example.com`],
  );
  return id;
}

/** Until the end of the transaction, as PostgREST does. */
async function actAs(client: pg.Client, user: string): Promise<void> {
  await client.query(
    "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true)",
    [JSON.stringify({ sub: user, role: "authenticated" })],
  );
}

/** What a user writes in every way that is told; gives the session. */
async function write(client: pg.Client): Promise<string> {
  const { rows: [session] } = await client.query<{ id: string }>(
    "insert into public.conversation_sessions (title) values ('Rome') returning id",
  );
  assert.ok(session);
  const message = randomUUID();
  await client.query(
    "insert into public.conversation_messages (id, session_id, role, content) values ($1, $2, 'user', 'hello')",
    [message, session.id],
  );
  await client.query("update public.conversation_messages set mood = 'calm' where id = $1", [
    message,
  ]);
  await client.query("update public.conversation_sessions set title = 'Milan' where id = $1", [
    session.id,
  ]);
  await client.query(
    `insert into public.tool_executions (session_id, tool_name) values ($1, 'weather')`,
    [session.id],
  );
  return session.id;
}

const written = `
  select s.title, s.message_count, m.content, m.mood, (
    select count(*)::int from public.tool_executions as t where t.session_id = s.id
  ) as tools
  from public.conversation_sessions as s
  join public.conversation_messages as m on m.session_id = s.id
  where s.id = $1`;

const broken: Record<string, string> = {
  "a function that is missing": "drop function realtime.send",
  "a function that raises": `create or replace function realtime.send(
      payload jsonb, event text, topic text, private boolean default true)
    returns void language plpgsql as $$ begin raise exception 'broken'; end $$`,
  "no right on the function": "revoke execute on function realtime.send from public",
  "no right on the table": `do $$
    declare v_role text;
    begin
      foreach v_role in array array(select rolname from pg_roles where not rolsuper) loop
        execute format('revoke all on realtime.messages from %I cascade', v_role);
      end loop;
      alter table realtime.messages owner to supabase_admin;
    end $$`,
  "a table that is missing": "alter table realtime.messages rename to messages_before",
  "no partition": "alter table realtime.messages detach partition realtime.messages_default",
  "no schema": "drop schema realtime cascade",
};

test("whatever is broken of Realtime, what is written stays", { timeout }, async (t) => {
  const user = await newUser(admin);
  for (const [what, sql] of [["nothing", "select"], ...Object.entries(broken)] as const) {
    await t.test(what, async () => {
      // One of its own: nothing is planned before it is broken.
      const client = await connect(server.adminUrl);
      try {
        await client.query("begin; delete from realtime.messages");
        await client.query(sql);
        await actAs(client, user);
        const session = await write(client);
        await client.query("reset role");
        const { rows } = await client.query(written, [session]);
        assert.deepEqual(rows, [
          { title: "Milan", message_count: 1, content: "hello", mood: "calm", tools: 1 },
        ]);
        const { rows: [there] } = await client.query<{ there: boolean }>(
          "select to_regclass('realtime.messages') is not null as there",
        );
        if (!there?.there) return;
        const { rows: [told] } = await client.query<{ n: number }>(
          "select count(*)::int as n from realtime.messages",
        );
        assert.equal(told?.n, what === "nothing" ? 7 : 0);
      } finally {
        // The transaction goes with its connection.
        await client.end();
      }
    });
  }
});

test("a timeout ends a write that waits for Realtime, a lock timeout does not", {
  timeout,
}, async () => {
  const user = await newUser(admin);
  const other = await connect(server.adminUrl);
  try {
    // As the Realtime server does when it makes or drops a partition.
    await other.query("begin; lock table realtime.messages in access exclusive mode");
    await admin.query("begin; set local statement_timeout = '300ms'");
    await actAs(admin, user);
    await assert.rejects(write(admin), { code: "57014" });
    await admin.query("rollback; begin; set local lock_timeout = '20ms'");
    await actAs(admin, user);
    const session = await write(admin);
    await admin.query("commit");
    assert.equal((await admin.query(written, [session])).rowCount, 1);
  } finally {
    await other.end();
    await admin.query("rollback");
  }
});

test("the policy for presence that docs/realtime.md has lets users send that alone", {
  timeout,
}, async () => {
  const page = await readFile(join(root, "docs/realtime.md"), "utf8");
  const sql = /```sql\n(create policy [^`]+)```/.exec(page)?.[1] ?? "";
  assert.match(sql, /presence/);
  const [user, stranger] = [await newUser(admin), await newUser(admin)];
  await admin.query("begin");
  try {
    await admin.query(sql);
    await actAs(admin, user);
    const topic = `session:${await write(admin)}`;
    const send = async (who: string, extension: string) => {
      await admin.query("savepoint before");
      await actAs(admin, who);
      await admin.query("select set_config('realtime.topic', $1, true)", [topic]);
      const answer = await admin.query(
        "insert into realtime.messages (topic, extension) values ($1, $2)",
        [topic, extension],
      ).then(() => "sent", (error: unknown) => error instanceof pg.DatabaseError && error.code);
      await admin.query("rollback to before");
      return answer;
    };
    assert.deepEqual(
      [
        await send(user, "presence"),
        await send(user, "broadcast"),
        await send(stranger, "presence"),
      ],
      ["sent", "42501", "42501"],
    );
  } finally {
    await admin.query("rollback");
  }
});

test("without schema realtime the migrations apply, and its last block may come later", {
  timeout,
}, async () => {
  await using scratch = await scratchDatabase(server.adminUrl, false);
  const owner = await connect(scratch.database.adminUrl);
  const postgres = await connect(scratch.database.dbUrl);
  try {
    await owner.query("drop schema realtime cascade");
    const { rows } = await owner.query<{ name: string }>(
      "select name::text from pg_catalog.pg_available_extensions",
    );
    const { applied } = await readMigrations(root, new Set(rows.map(({ name }) => name)));
    const texts = await Promise.all(
      applied.map((file) => readFile(join(root, "supabase/migrations", file), "utf8")),
    );
    for (const text of texts) await postgres.query(text);
    const user = await newUser(owner);
    await owner.query("begin");
    await actAs(owner, user);
    const session = await write(owner);
    await owner.query("commit");
    assert.equal((await owner.query(written, [session])).rowCount, 1);

    const { rows: [who] } = await postgres.query<{ name: string }>("select current_user as name");
    await owner.query(await bootstrapScript(who?.name ?? ""));
    const file = texts[applied.indexOf("0290_realtime.sql")] ?? "";
    await postgres.query(file.slice(file.lastIndexOf("do $$")));
    await owner.query("begin");
    await actAs(owner, user);
    const told = await write(owner);
    await owner.query("select set_config('realtime.topic', $1, true)", [`session:${told}`]);
    const { rows: read } = await owner.query("select distinct topic from realtime.messages");
    assert.deepEqual(read, [{ topic: `session:${told}` }]);
    await owner.query("commit");
  } finally {
    await owner.end();
    await postgres.end();
  }
});
