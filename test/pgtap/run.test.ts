import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect as dial, createServer, type Server } from "node:net";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { type Database, startDatabase } from "../../local/database.ts";
import { type PgtapOptions, runPgtap } from "./run.ts";

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}.sql`, import.meta.url));
const databases: Database[] = [];
let dbUrl = "";
let plainUrl = "";
let cutUrl = "";
let proxy: Server;

before(async () => {
  dbUrl = await start("pglite");
  // Has no pgTAP of its own.
  plainUrl = await start("native");
  proxy = cuttingProxy(Number(new URL(dbUrl).port));
  await once(proxy, "listening");
  const address = proxy.address();
  assert.ok(address && typeof address === "object");
  const cut = new URL(dbUrl);
  cut.port = String(address.port);
  cutUrl = cut.href;
});

after(async () => {
  proxy?.close();
  for (const database of databases) await database.stop();
});

async function start(engine: "pglite" | "native"): Promise<string> {
  const database = await startDatabase({ engine, dataDir: "memory", port: 0, migrate: false });
  databases.push(database);
  const client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
  await client.query("alter default privileges revoke execute on functions from public");
  await client.end();
  return database.adminUrl;
}

/** Drops the line, as a dying server does, when a query speaks of it. */
function cuttingProxy(target: number): Server {
  return createServer((client) => {
    const upstream = dial(target, "127.0.0.1");
    client.on("data", (data) => {
      if (data.includes("cut the line here")) {
        client.destroy();
        upstream.destroy();
      } else upstream.write(data);
    });
    upstream.pipe(client);
    client.on("error", () => upstream.destroy());
    client.on("close", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
  }).listen(0, "127.0.0.1");
}

async function run(names: string[], options: Partial<PgtapOptions> = {}) {
  const lines: string[] = [];
  const files = names.map(fixture);
  const summary = await runPgtap({ dbUrl, files, log: (line) => lines.push(line), ...options });
  return { ...summary, output: lines.join("\n") };
}

const cases: [name: string, passed: number, failed: number, says: RegExp][] = [
  ["passing", 2, 0, /✓ .*passing\.sql {2}2 passed {2}\d+ ms/],
  ["failing", 1, 1, /not ok: one is two[\s\S]*have: 1[\s\S]*want: 2/],
  ["dying_midway", 1, 1, /22012: division by zero\n.*dying_midway\.sql:4/],
  ["raising", 1, 1, /PT409: too late\n.*raising\.sql:4\n.*TOO_LATE\n.*come earlier/],
  ["short_plan", 1, 1, /planned 3 tests but ran 1/],
  ["no_plan", 1, 1, /no plan/],
  ["empty", 0, 1, /no plan/],
  ["extra_tests", 2, 1, /planned 1 tests but ran 2/],
  ["syntax_error", 0, 1, /syntax error at or near "selec"\n.*syntax_error\.sql:3/],
  ["truncated_string", 0, 1, /unterminated quoted string[\s\S]*truncated_string\.sql:3/],
  ["bodies", 7, 0, /✓/],
  ["including", 1, 0, /✓/],
  ["including_broken", 0, 1, /42883: .*nothing_here[\s\S]*broken\.psql:3/],
  ["including_missing", 0, 1, /cannot read .*absent\.psql[\s\S]*including_missing\.sql:3/],
  ["psql_command", 0, 1, /psql command \\set is not supported[\s\S]*psql_command\.sql:2/],
  ["acting", 2, 0, /✓/],
];

for (const [name, passed, failed, says] of cases) {
  test(`counts and tells: ${name}`, async () => {
    const result = await run([name]);
    assert.deepEqual([result.passed, result.failed, result.files], [passed, failed, 1]);
    assert.match(result.output, says);
  });
}

test("skip and todo are neither passed nor failed", async () => {
  const result = await run(["directives", "skipped_whole"]);
  assert.deepEqual([result.passed, result.failed, result.skipped, result.todo], [1, 0, 3, 1]);
});

test("with a copy of the database each file still runs once, and counts", async () => {
  const names = ["passing", "failing", "bodies", "acting", "empty"];
  const alone = await run(names);
  const result = await run(names, { copies: [{ dbUrl, adminUrl: dbUrl }] });
  assert.deepEqual(
    [result.passed, result.failed, result.files],
    [alone.passed, alone.failed, names.length],
  );
  for (const name of names) {
    assert.equal(result.output.split(`${name}.sql  `).length, 2, result.output);
  }
});

test("a database that joins runs what is left, and one that cannot come is told", async () => {
  const names = ["passing", "bodies", "acting"];
  const result = await run(names, { joins: Promise.resolve({ dbUrl: plainUrl }) });
  assert.deepEqual([result.passed, result.failed, result.files], [11, 0, names.length]);
  const failing = Promise.reject(new Error("no core is free"));
  failing.catch(() => {});
  await assert.rejects(run(names, { joins: failing }), /no core is free/);
});

test("a lost connection fails its file and the next one still runs", async () => {
  const result = await run(["connection_lost", "passing"], { dbUrl: cutUrl });
  assert.deepEqual([result.passed, result.failed, result.files], [3, 1, 2]);
  assert.match(result.output, /terminated unexpectedly\n.*connection_lost\.sql:4/);
});

test("a file leaves nothing in the shared session", async () => {
  for (const leaver of ["committing", "open_transaction", "dying_midway"]) {
    await run([leaver]);
    const result = await run(["untouched"]);
    assert.deepEqual([result.passed, result.failed], [3, 0], result.output);
  }
});

test("pgTAP is loaded from its script where the server has no such extension", async () => {
  const result = await run(["passing", "acting", "bodies"], { dbUrl: plainUrl });
  assert.deepEqual([result.passed, result.failed], [11, 0], result.output);
});

test("an excluded file is printed with its reason and not run", async () => {
  const exclude = (file: string) => (file.endsWith("failing.sql") ? "no vector here" : undefined);
  const result = await run(["passing", "failing"], { exclude });
  assert.deepEqual([result.passed, result.failed, result.skipped, result.files], [2, 0, 1, 1]);
  assert.match(result.output, /failing\.sql {2}left out: no vector here/);
});

test("raw TAP holds the lines as the server sent them", async () => {
  const { output } = await run(["passing"], { tap: true });
  assert.match(
    output,
    /^# .*passing\.sql\n1\.\.2\nok 1 - true is true\nok 2 - sums add up\n# 2 passed/,
  );
});

test("a file named twice runs once", async () => {
  const result = await run(["passing", "passing"]);
  assert.deepEqual([result.passed, result.files], [2, 1]);
});

test("a folder without tests fails", async () => {
  const result = await runPgtap({
    dbUrl,
    files: [fileURLToPath(new URL("fixtures/_shared", import.meta.url))],
    log: () => {},
  });
  assert.equal(result.failed, 1);
});

const exits: [names: string[], code: number, says: RegExp][] = [
  [["passing"], 0, /2 passed, 0 failed in 1 files/],
  [["passing", "failing"], 1, /3 passed, 1 failed in 2 files/],
  [["short_plan"], 1, /1 passed, 1 failed/],
  [["absent"], 1, /no such file or folder/],
];

for (const [names, code, says] of exits) {
  test(`the command ends with ${code}: ${names.join(", ")}`, async () => {
    const command = fileURLToPath(new URL("run.ts", import.meta.url));
    const args = ["--import", "tsx", command, "--db-url", dbUrl, ...names.map(fixture)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (data) => output += data);
    child.stderr.on("data", (data) => output += data);
    const [exit] = await once(child, "close");
    assert.equal(exit, code, output);
    assert.match(output, says);
  });
}
