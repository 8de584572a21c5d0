import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import pg from "pg";
import { trimWanted } from "../../cli/lists.ts";
import { choose, isOptional, readParts } from "../../cli/parts.ts";
import { bootstrapScript, bootstrapState } from "../../local/bootstrap.ts";
import { type Database, startDatabase } from "../../local/database.ts";
import { root } from "../../local/paths.ts";
import { readMigrations } from "../../local/project.ts";
import { push } from "../../local/supabase.ts";
import { openServer, scratchDatabase } from "../run/server.ts";
import { findPgDump, type Snapshot, snapshot } from "./snapshot.ts";
import { cronDatabase, Server } from "../server/support.ts";

const timeout = 240_000;
const rollback = await readFile(join(root, "supabase/rollback.sql"), "utf8");
const folder = join(root, "supabase/migrations");
// Roles belong to the server, which other runs may share.
const reader = `shop_reader_${randomBytes(4).toString("hex")}`;

/** A project of other things, as somebody had it before. */
const shop = `
create schema shop;
grant usage on schema shop to anon, authenticated;
alter default privileges in schema shop grant select on tables to authenticated;
comment on schema shop is 'A shop.';
create role ${reader} nologin;
comment on role ${reader} is 'Reads the shop.';
grant usage on schema shop, public to ${reader};
grant ${reader} to service_role;
create extension if not exists citext with schema extensions;
create type public.order_state as enum ('open', 'paid');
create domain shop.amount as numeric check (value >= 0);
create type shop.line as (article text, price shop.amount);
create sequence shop.order_numbers;
create table public.customers (
  id uuid primary key references auth.users (id) on delete cascade,
  email extensions.citext unique,
  created_at timestamptz not null default now()
);
comment on table public.customers is 'Who buys.';
alter table public.customers enable row level security;
create policy customers_select_own on public.customers for select to authenticated
  using (id = (select auth.uid()));
create table shop.orders (
  number bigint primary key default nextval('shop.order_numbers'),
  customer_id uuid not null references public.customers (id),
  state public.order_state not null default 'open',
  lines shop.line[] not null default '{}',
  constraint orders_state_customer_key unique (customer_id, state)
);
create index orders_state_idx on shop.orders (state) where state = 'open';
grant select (number, state) on shop.orders to ${reader};
create view shop.open_orders with (security_invoker = true) as
  select o.number from shop.orders as o where o.state = 'open';
create materialized view shop.totals as select count(*) as n from shop.orders;
create function public.handle_new_user() returns trigger language plpgsql security definer
set search_path = '' as $$
begin
  insert into public.customers (id, email) values (new.id, new.email);
  return null;
end
$$;
create trigger on_auth_user_created after insert on auth.users
  for each row execute function public.handle_new_user();
create function shop.stamp() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger orders_stamp before update on shop.orders
  for each row execute function shop.stamp();
insert into storage.buckets (id, name, public) values ('photos', 'photos', true);
create policy photos_select on storage.objects for select to anon using (bucket_id = 'photos');
create policy room_select on realtime.messages for select to authenticated
  using (realtime.topic() = 'room');
alter publication supabase_realtime add table shop.orders;
`;

/** And what Turnbase shares with a project. */
const shared = `
create schema private;
comment on schema private is 'Ours.';
grant usage, create on schema private to anon;
grant usage on schema private to service_role with grant option;
create table private.notes (id bigint generated always as identity primary key, note text);
insert into private.notes (note) values ('keep me');
create extension if not exists btree_gist with schema extensions;
insert into storage.buckets (id, name, public) values ('attachments', 'attachments', true);
insert into storage.objects (bucket_id, name) values ('attachments', 'own/file.txt');
do $$
begin
  if not exists (select from pg_roles where rolname = 'analyst') then
    create role analyst nologin;
    comment on role analyst is 'Looks at numbers.';
  end if;
end
$$;
`;

interface Place extends AsyncDisposable {
  database: Database;
  /** The roles that only this test changes. */
  roles: string;
}

/** A project before its first migration: on a server of its own where that is our native engine, so that its roles are its own too. */
async function openPlace(): Promise<Place> {
  const server = await openServer();
  const admin = await connect(server.adminUrl);
  const { rows: [superuser] } = await admin.query<{ name: string }>(
    "select rolname::text as name from pg_catalog.pg_roles where oid = 10",
  ).finally(() => admin.end());
  if (superuser?.name === "supabase_admin") {
    const database = await startDatabase({
      engine: "native",
      dataDir: "memory",
      port: 0,
      migrate: false,
    });
    const close = async () => {
      await database.stop();
      await server[Symbol.asyncDispose]();
    };
    return { database, roles: ".", [Symbol.asyncDispose]: close };
  }
  const scratch = await scratchDatabase(server.adminUrl, false);
  const close = async () => {
    await scratch[Symbol.asyncDispose]();
    const own = await connect(server.adminUrl);
    await own.query(`drop role if exists ${reader}`).finally(() => own.end());
    await server[Symbol.asyncDispose]();
  };
  return { database: scratch.database, roles: "^shop_", [Symbol.asyncDispose]: close };
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(url);
  try {
    return await use(client);
  } finally {
    // An open transaction goes with its connection.
    await client.end();
  }
}

/** The files that the server can take. */
async function migrationFiles(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    "select name::text from pg_catalog.pg_available_extensions",
  );
  return (await readMigrations(root, new Set(rows.map(({ name }) => name)))).applied;
}

/** A project folder with one migration of its own, to which ours can be added. */
async function projectFolder(t: TestContext, sql: string) {
  const path = await mkdtemp(join(tmpdir(), "turnbase-rollback-"));
  t.after(() => rm(path, { recursive: true, force: true }));
  const migrations = join(path, "supabase/migrations");
  await mkdir(migrations, { recursive: true });
  await copyFile(join(root, "supabase/config.toml"), join(path, "supabase/config.toml"));
  await writeFile(join(migrations, "20240101000000_shop.sql"), sql);
  return {
    push: async (url: string) => {
      const { code, stdout, stderr } = await push(url, { workdir: path, seed: false });
      assert.equal(code, 0, stdout + stderr);
    },
    add: async (names: string[]) => {
      for (const name of names) await copyFile(join(folder, name), join(migrations, name));
    },
  };
}

/** What the file says at its end. */
async function rollBack(client: pg.ClientBase): Promise<string[]> {
  // A query of several statements has several results.
  const results = (await client.query(rollback)) as unknown as pg.QueryResult<{ result: string }>[];
  return results.at(-1)?.rows.map(({ result }) => result) ?? [];
}

function assertSame(after: Snapshot, before: Snapshot): void {
  const [had, has] = [new Set(before), new Set(after)];
  assert.deepEqual({
    gone: before.filter((line) => !has.has(line)),
    new: after.filter((line) => !had.has(line)),
  }, { gone: [], new: [] });
  assert.equal(after.length, before.length);
}

/** Some of everything, by the calls that an app makes. */
async function chat(database: Database, user: string): Promise<void> {
  const { dbUrl, adminUrl, authenticatorUrl } = database;
  await using server = new Server(
    { dbUrl, adminUrl, authenticatorUrl, hasVector: false },
    () => Promise.resolve(),
  );
  const session = await server.makeSession(user);
  await server.as(user, 1, async ([connection]) => {
    const turn = randomUUID();
    await connection.query(
      "select public.log_turn($1, $2, 'Hello?', 'Hello.', 'openai', 'gpt-4o')",
      [
        session,
        turn,
      ],
    );
    await connection.query(
      `insert into public.attachments (session_id, name, size_bytes, mime_type, sha256)
       values ($1, 'a.txt', 1, 'text/plain', repeat('a', 64))`,
      [session],
    );
    await connection.query(
      `insert into public.message_feedback (message_id, rating)
       select m.id, 'up' from public.conversation_messages as m where m.session_id = $1`,
      [session],
    );
    await connection.query("select public.begin_message($1)", [session]);
    await connection.query("insert into public.brands (slug, name) values ('acme', 'Acme')");
  });
  await server.admin.query(
    `insert into public.budgets (user_id, period, soft_limit_usd) values ($1, 'day', 1)`,
    [user],
  );
  await server.admin.query(
    "select public.record_usage($1, $2, p_provider => 'openai', p_tokens_used => 5)",
    [randomUUID(), user],
  );
  await server.admin.query("insert into public.agent_logs (session_id, log_type) values ($1, $2)", [
    session,
    "trace",
  ]);
  await server.admin.query("select public.make_log_partitions(6), public.merge_usage()");
  await server.admin.query("select public.start_visitor_session('token', repeat('s', 43))");
  assert.ok((await server.select("select from private.usage_rollups")).length > 0);
}

for (const had of [false, true]) {
  const what = had ? "that had all which Turnbase shares with it" : "of other things";
  test(`a project ${what} is as it was before the first migration`, { timeout }, async (t) => {
    await using place = await openPlace();
    const { database, roles } = place;
    const project = await projectFolder(t, shop + (had ? shared : ""));
    await project.push(database.dbUrl);
    await withClient(database.adminUrl, async (admin) => {
      const user = randomUUID();
      await admin.query("insert into auth.users (id, email) values ($1, 'ada@example.com')", [
        user,
      ]);
      await admin.query("insert into shop.orders (customer_id) values ($1)", [user]);
      const hasAnalyst = async () =>
        (await admin.query("select from pg_catalog.pg_roles where rolname = 'analyst'")).rowCount;
      const hadAnalyst = await hasAnalyst();
      const pgDump = await findPgDump(admin);
      console.log(
        pgDump
          ? `# schema dumps by ${pgDump.which}`
          : "# Left out: schema dumps (no pg_dump of this server's version); the catalogs were compared",
      );
      const before = await snapshot(admin, roles);
      const dump = await pgDump?.schema(database.adminUrl);
      for (
        const line of ['trigger: ["auth.users"', "row of shop.orders", 'policy: ["storage.objects"']
      ) {
        assert.ok(before.some((have) => have.startsWith(line)), line);
      }

      await project.add(await migrationFiles(admin));
      await project.push(database.dbUrl);
      await chat(database, user);
      const between = await snapshot(admin, roles);
      for (
        const line of [
          'relation: ["public.conversation_messages"',
          'relation: ["private.agent_logs_default"',
          'trigger: ["auth.users","CREATE TRIGGER users_10_keep_held',
          'trigger: ["auth.users","CREATE TRIGGER users_90_forget_usage',
          'policy: ["storage.objects","attachments_select_own"',
          'extension: ["btree_gist"',
          "row of public.attachments",
          'row of storage.buckets: [{"id":"attachments"',
        ]
      ) {
        assert.ok(between.some((have) => have.startsWith(line)), line);
      }
      assert.notEqual(await pgDump?.schema(database.adminUrl), dump ?? "");

      await withClient(database.dbUrl, async (postgres) => {
        const [said, ...kept] = await rollBack(postgres);
        assert.equal(said, "Turnbase is gone");
        // Of a server that others share, the role may be in use there.
        const analyst = kept.filter((line) => line.startsWith("Kept: role analyst"));
        assert.equal(await hasAnalyst(), hadAnalyst || (analyst.length > 0 ? 1 : 0));
        if (roles === ".") assert.deepEqual(analyst, []);
        assert.deepEqual(
          kept.filter((line) => !analyst.includes(line)),
          had ? ["Kept: bucket attachments, with its files: it was there before"] : [],
        );
        assertSame(await snapshot(admin, roles), before);
        const dumped = await pgDump?.schema(database.adminUrl);
        assertSame(dumped?.split("\n") ?? [], dump?.split("\n") ?? []);
        assert.ok(dumped === dump, "the schema dumps differ in their order");

        assert.deepEqual(await rollBack(postgres), [
          "Turnbase is not in this database: nothing to do",
        ]);
        assertSame(await snapshot(admin, roles), before);
      });

      await project.push(database.dbUrl);
      const again = await admin.query("select version from supabase_migrations.schema_migrations");
      assert.equal(again.rowCount, 1 + (await migrationFiles(admin)).length);
      await chat(database, user);
    });
  });
}

/** What somebody built on Turnbase, how to take it away, and what the refusal says of it. */
const builtOn: [made: string, unmade: string, named: RegExp][] = [
  [
    "create view public.mine as select m.content from public.conversation_messages as m",
    "drop view public.mine",
    /need it: view public\.mine$/,
  ],
  [
    `create table public.marks (id uuid constraint marks_message_fkey
       references public.conversation_messages (id))`,
    "drop table public.marks",
    /need it: constraint marks_message_fkey on table public\.marks$/,
  ],
  [
    "create table public.roles (role public.message_role)",
    "drop table public.roles",
    /need it: column role of table public\.roles$|need it: table public\.roles$/,
  ],
  [
    `create function public.newest() returns public.conversation_sessions language sql
     as 'select null::public.conversation_sessions'`,
    "drop function public.newest()",
    /need it: function public\.newest\(\)$/,
  ],
  [
    `create table public.mine (id uuid);
     create policy mine_of_brand on public.mine using (private.is_trusted_caller())`,
    "drop table public.mine",
    /need it: policy mine_of_brand on table public\.mine$/,
  ],
  [
    `create trigger another after delete on auth.users
     for each row execute function private.tg_users__forget_usage()`,
    "",
    /need it: trigger another on table auth\.users$/,
  ],
  [
    `create table public.logs_2019 (like public.agent_logs including defaults including constraints);
     alter table public.agent_logs attach partition public.logs_2019
       for values from ('2019-01-01') to ('2020-01-01')`,
    "drop table public.logs_2019",
    /partitions that it did not make hang on its tables: public\.logs_2019$/,
  ],
  [
    "create function public.rename_session() returns void language sql as ''",
    "drop function public.rename_session()",
    /which of two functions of one name is its own\? public\.rename_session$/,
  ],
];

test(
  "what others built on Turnbase, and files in its bucket, make it stay whole",
  { timeout },
  async () => {
    await using server = await openServer();
    await using scratch = await scratchDatabase(server.adminUrl);
    await withClient(scratch.database.adminUrl, async (admin) => {
      await withClient(scratch.database.dbUrl, async (postgres) => {
        const before = await snapshot(admin, "^shop_");
        const refuse = async (message: RegExp, hint: RegExp) => {
          await assert.rejects(rollBack(postgres), (error) => {
            assert.ok(error instanceof pg.DatabaseError);
            assert.match(error.message, message);
            assert.match(error.hint ?? "", hint);
            assert.match(error.hint ?? "", /Nothing was changed\.$/);
            return true;
          });
        };
        for (const [made, unmade, named] of builtOn) {
          await postgres.query(made);
          await refuse(named, /run this again|Detach|Rename|Drop/);
          if (unmade) await postgres.query(unmade);
          else await admin.query("drop trigger another on auth.users");
        }
        // Each is unmade by now, and no refusal changed anything.
        assertSame(await snapshot(admin, "^shop_"), before);
        await admin.query(
          "insert into storage.objects (bucket_id, name) values ('attachments', 'a')",
        );
        const filled = await snapshot(admin, "^shop_");
        await refuse(
          /bucket attachments still holds 1 files?$/,
          /empty the bucket in the dashboard/,
        );
        assertSame(await snapshot(admin, "^shop_"), filled);
        await admin.query("set storage.allow_delete_query = 'true'; delete from storage.objects");
        const [said] = await rollBack(postgres);
        assert.equal(said, "Turnbase is gone");
      });
    });
  },
);

test("what Turnbase made and others use now is kept and named", { timeout }, async (t) => {
  await using place = await openPlace();
  const { database, roles } = place;
  const project = await projectFolder(t, "select 1;");
  await withClient(database.adminUrl, async (admin) => {
    await project.add(await migrationFiles(admin));
    await project.push(database.dbUrl);
    await withClient(database.dbUrl, async (postgres) => {
      await postgres.query(`
        create table public.rooms (id integer, during tstzrange,
          exclude using gist (id with =, during with &&));
        create table private.mine (id integer)`);
      if (roles === ".") await postgres.query(`create role ${reader} nologin in role analyst`);
      const kept = (await rollBack(postgres)).join("\n");
      assert.match(kept, /^Turnbase is gone$/m);
      assert.match(kept, /^Kept: extension btree_gist: .*table public\.rooms/m);
      assert.match(
        kept,
        /^Kept: schema private: .*table private\.mine depends on schema private$/m,
      );
      if (roles === ".") {
        assert.match(kept, new RegExp(`^Kept: role analyst: it has members .*: ${reader}$`, "m"));
      }
    });
    const { rows } = await admin.query(
      `select count(*)::int as n from pg_catalog.pg_extension where extname = 'btree_gist'
       union all select count(*)::int from pg_catalog.pg_class
       where relnamespace = 'private'::regnamespace and relkind = 'r'`,
    );
    assert.deepEqual(rows, [{ n: 1 }, { n: 1 }]);
  });
});

// Tables of the project that have names of files left out.
const namesakes: Record<string, string[]> = {
  "0020_brands.sql": ["brands"],
  "0130_tool_executions.sql": ["tool_executions"],
  "0910_profiles.sql": ["profiles"],
  "0920_old_names.sql": ["messages", "chat_sessions"],
};

test(
  "files may be left out, and the project's own tables of their names stay",
  { timeout },
  async () => {
    await using server = await openServer();
    await using scratch = await scratchDatabase(server.adminUrl, false);
    await withClient(scratch.database.dbUrl, async (postgres) => {
      const files = await migrationFiles(postgres);
      const parts = readParts(root);
      const sets = parts.filter(isOptional)
        .map(({ name }) => choose(parts, [name]).without.map(({ file }) => `${file}.sql`));
      assert.ok(sets.length > 8);
      const trials: string[][] = [
        sets.flat(),
        sets.filter((_, index) => index % 2 === 0).flat(),
        sets.filter((_, index) => index % 2 === 1).flat(),
        ["0020_brands.sql", "0900_brands_fkey.sql"],
      ];
      for (const leftOut of trials) {
        await postgres.query("begin");
        const names = new Set(leftOut.flatMap((file) => namesakes[file] ?? []));
        for (const name of names) await postgres.query(`create table public.${name} (id integer)`);
        const before = await snapshot(postgres, "^shop_");
        const taken = files.filter((name) => !leftOut.includes(name));
        // Whoever leaves a file out takes its lines out of the list of clashes.
        const listed = new Set(taken.map((name) => name.slice(0, -".sql".length)));
        for (const file of taken) {
          await postgres.query(trimWanted(await readFile(join(folder, file), "utf8"), listed));
        }
        const [said, ...kept] = await rollBack(postgres);
        assert.equal(said, "Turnbase is gone");
        assert.deepEqual(kept.filter((line) => !line.startsWith("Kept: role analyst")), []);
        assertSame(await snapshot(postgres, "^shop_"), before);
        await postgres.query("rollback");
      }
    });
  },
);

/** pg_cron lives in one database of a server; there, inside a transaction that is taken back. */
test("its cron jobs go with their history, and others stay", { timeout }, async (t) => {
  await using server = await openServer();
  const url = new URL(server.adminUrl);
  const home = await cronDatabase(url.href);
  const leaveOut = (reason: string) => {
    console.log(`# Left out: rollback of cron jobs (${reason})`);
    t.skip(reason);
  };
  if (home === undefined) return leaveOut("this server has no pg_cron, or does not load it");
  url.pathname = `/${home}`;
  await withClient(url.href, async (client) => {
    await client.query("begin");
    const state = await bootstrapState(client);
    const { rows: [there] } = await client.query<{ turnbase: boolean }>(
      "select to_regclass('public.conversation_sessions') is not null as turnbase",
    );
    if (state === "foreign" || there?.turnbase) {
      return leaveOut(`the database that holds pg_cron, ${home}, is in use`);
    }
    if (state === "none") await client.query(await bootstrapScript("turnbase_postgres"));
    await client.query("create extension if not exists pg_cron");
    await client.query("set local role turnbase_postgres");
    await client.query("select cron.schedule('shop_nightly', '0 3 * * *', 'select 1')");
    const before = await snapshot(client, "^shop_");
    assert.ok(before.some((line) => /^row of cron\.job: .*shop_nightly/.test(line)));
    for (const file of await migrationFiles(client)) {
      await client.query(await readFile(join(folder, file), "utf8"));
    }
    const jobs = await client.query("select from cron.job where jobname like 'turnbase\\_%'");
    assert.ok((jobs.rowCount ?? 0) >= 4);
    const ran = `insert into cron.job_run_details (jobid, runid, command, username)
      select jobid, -jobid, command, username from cron.job`;
    await client.query(`reset role; ${ran}; set local role turnbase_postgres`);
    const [said] = await rollBack(client);
    assert.equal(said, "Turnbase is gone");
    assertSame(await snapshot(client, "^shop_"), before);
    await client.query("reset role");
    const { rows } = await client.query(
      "select command from cron.job_run_details where runid < 0",
    );
    assert.deepEqual(rows, [{ command: "select 1" }]);
  });
});
