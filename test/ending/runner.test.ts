import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { root } from "../../local/paths.ts";
import { openServer } from "../run/server.ts";
import { ended, family, survivors } from "../stack/started.ts";

test("test:server that is killed ends its tests and drops its database", async () => {
  await using server = await openServer();
  const admin = new pg.Client({ connectionString: server.adminUrl });
  await admin.connect();
  try {
    const args = [
      "--import",
      "tsx",
      "test/run.ts",
      "server",
      "--db-url",
      server.adminUrl,
      "attack",
    ];
    const runner = spawn(process.execPath, args, { cwd: root });
    let output = "";
    for (const from of [runner.stdout, runner.stderr]) from.on("data", (text) => output += text);
    const left = async () => {
      const { rowCount } = await admin.query(
        "select from pg_catalog.pg_database where datname like $1",
        [`turnbase\\_test\\_${runner.pid}\\_%`],
      );
      return rowCount;
    };
    while (!/^== .*attack/m.test(output) && runner.exitCode === null) await sleep(50);
    await sleep(1500);
    assert.equal(await left(), 1, output);
    const members = family(runner.pid ?? 0);
    assert.ok(members.length >= 2, "a test file runs");
    runner.kill("SIGTERM");
    assert.equal(await ended(runner), 130, output);
    assert.deepEqual(await survivors(members, 2000), []);
    assert.equal(await left(), 0);
  } finally {
    await admin.end();
  }
});
