import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { type Database, startDatabase } from "../../local/database.ts";
import { root } from "../../local/paths.ts";
import { codeIn, readBlocks } from "../readme/blocks.ts";

interface Claims {
  sub: string;
  role: "authenticated";
}
interface PoolModule {
  pool: pg.Pool;
  asUser<T>(claims: Claims, work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
}
interface TurnModule {
  begin(claims: Claims, title: string, question: string): Promise<string>;
}
interface StopModule {
  stopOnSignal(server: ReturnType<typeof createServer>): void;
}

const page = readFileSync(join(root, "docs/connecting.md"), "utf8");
const [code, sql] = [codeIn(page, "ts"), codeIn(page, "sql")];
// Below the checkout, so that the packages are found.
const workshop = join(root, ".local", `connecting-${process.pid}`);
const files = ["pool.ts", "turn.ts", "stop.ts"];

let database: Database;
let admin: pg.Client;
let pool: pg.Pool;
let asUser: PoolModule["asUser"];
let begin: TurnModule["begin"];
const ids = [randomUUID(), randomUUID()] as const;
const claims = (n: 0 | 1): Claims => ({ sub: ids[n], role: "authenticated" });

before(async () => {
  mkdirSync(workshop, { recursive: true });
  for (const [n, file] of files.entries()) {
    writeFileSync(join(workshop, file), `${code[n] ?? ""}\n`);
  }
  database = await startDatabase({ engine: "pglite", dataDir: "memory", port: 0 });
  admin = new pg.Client({ connectionString: database.dbUrl });
  await admin.connect();
  for (const id of ids) {
    await admin.query("insert into auth.users (id, email) values ($1, $2)", [
      id,
      `${id}@example.com`,
    ]);
  }
  // By its parts: the whole address is read as pg reads it.
  const url = new URL(database.dbUrl);
  delete process.env["DATABASE_URL"];
  delete process.env["POSTGRES_URL"];
  Object.assign(process.env, {
    POSTGRES_HOST: url.hostname,
    POSTGRES_PORT: url.port,
    POSTGRES_DB: url.pathname.slice(1),
    POSTGRES_USER: decodeURIComponent(url.username),
    POSTGRES_PASSWORD: decodeURIComponent(url.password),
    DATABASE_POOL_MAX: "3",
  });
  ({ pool, asUser } = await load<PoolModule>("pool.ts"));
  ({ begin } = await load<TurnModule>("turn.ts"));
});
after(async () => {
  if (pool && !pool.ended) await pool.end();
  await admin?.end();
  await database?.stop();
  rmSync(workshop, { recursive: true, force: true });
});

async function load<T>(file: string): Promise<T> {
  // The blocks are what they are: the test says which.
  return await import(pathToFileURL(join(workshop, file)).href) as T;
}

test(
  "every block is of a kind that this file runs, and compiles",
  { timeout: 90_000 },
  async () => {
    assert.equal(code.length, files.length);
    assert.equal(readBlocks(page).length, code.length + sql.length);
    writeFileSync(
      join(workshop, "tsconfig.json"),
      JSON.stringify({ extends: "../../tsconfig.json", include: [], exclude: [], files }),
    );
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    await promisify(execFile)(process.execPath, [tsc, "-p", workshop]).catch(
      (error: { stdout?: unknown }) => {
        throw new Error(String(error.stdout));
      },
    );
  },
);

test("the pool reads its settings from the environment", async () => {
  assert.equal(pool.options.max, 3);
  assert.equal((await pool.query("select 1 as one")).rows[0].one, 1);
  assert.deepEqual([pool.totalCount > 0, pool.waitingCount], [true, 0]);
});

test("a transaction as a user is under row level security, and ends with its rights", async () => {
  const session = await begin(claims(0), "Trip to Rome", "How warm is it?");
  const seen = (n: 0 | 1) =>
    asUser(claims(n), async (client) => {
      const { rows } = await client.query(
        `select current_user::text as role, (select auth.uid()) as id,
           (select count(*)::int from public.conversation_messages where session_id = $1) as messages`,
        [session],
      );
      return rows;
    });
  assert.deepEqual(await seen(0), [{ role: "authenticated", id: ids[0], messages: 1 }]);
  assert.deepEqual(await seen(1), [{ role: "authenticated", id: ids[1], messages: 0 }]);
  const { rows } = await pool.query(
    `select current_user::text as role,
       coalesce(current_setting('request.jwt.claims', true), '') as claims`,
  );
  assert.deepEqual(rows, [{ role: "postgres", claims: "" }]);
});

test("what fails undoes all of the transaction, and gives the connection back", async () => {
  const count = async () =>
    (await admin.query("select count(*)::int as n from public.conversation_sessions")).rows[0].n;
  const earlier = await count();
  await assert.rejects(begin(claims(0), "Lost", "x".repeat(1024 * 1024 + 1)), { code: "PT413" });
  assert.equal(await count(), earlier);
  assert.equal(pool.idleCount, pool.totalCount);
});

test("a connection that is lost in a transaction is thrown away, and the process lives", async () => {
  const lost = asUser(claims(0), async (client) => {
    const { stream } = client.connection;
    stream.destroy();
    await once(stream, "close");
    await sleep(10);
    await client.query("select 1");
  });
  await assert.rejects(lost);
  assert.equal(pool.idleCount, pool.totalCount);
  assert.equal((await pool.query("select 1 as one")).rows[0].one, 1);
});

test("every SQL block runs", async () => {
  await admin.query("begin");
  try {
    for (const block of sql) await admin.query(block);
    const { rows } = await admin.query(
      `select rolinherit, rolsuper, pg_has_role(oid, 'authenticated', 'member') as is_member
       from pg_roles where rolname = 'chat_server'`,
    );
    assert.deepEqual(rows, [{ rolinherit: false, rolsuper: false, is_member: true }]);
  } finally {
    await admin.query("rollback");
  }
});

// Last, because it ends the pool.
test("SIGTERM closes the server, then the pool", async () => {
  const { stopOnSignal } = await load<StopModule>("stop.ts");
  const server = createServer().listen(0, "127.0.0.1");
  stopOnSignal(server);
  process.emit("SIGTERM");
  for (let n = 0; n < 100 && !pool.ended; n++) await sleep(20);
  assert.deepEqual([server.listening, pool.ended], [false, true]);
});
