import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  byNpm,
  client,
  ended,
  family,
  finish,
  flags,
  get,
  isFree,
  newFolder,
  ports,
  run,
  start,
  survivors,
} from "../stack/started.ts";

const password = "turnbase-demo";
const folder = newFolder();
const dataDir = join(folder, "ending");
after(() => rmSync(folder, { recursive: true, force: true }));

test("Ctrl-C leaves nothing running, and the data; kill -9 too", async () => {
  const at = await ports();
  const first = await start(at, dataDir);
  await (await get(first, "/functions/v1/health")).text();
  await client(first).auth.signUp({ email: "kept@example.com", password });
  const members = family(first.child.pid ?? 0);
  assert.ok(members.length >= 3, "postgrest and deno run");
  first.child.kill("SIGINT");
  assert.equal(await ended(first.child), 0);
  assert.deepEqual(await survivors(members, 2000), []);
  assert.ok(await isFree(at.api) && await isFree(at.db));

  const second = await start(at, dataDir);
  assert.doesNotMatch(second.output(), /Applying/);
  const kept = await client(second).auth.signInWithPassword({
    email: "kept@example.com",
    password,
  });
  assert.equal(kept.error, null);
  await (await get(second, "/functions/v1/health")).text();
  const killed = family(second.child.pid ?? 0);
  second.child.kill("SIGKILL");
  assert.deepEqual(await survivors(killed, 5000), []);
  assert.ok(await isFree(at.api) && await isFree(at.db));

  const third = await start(at, dataDir, ["--no-functions"]);
  const still = await client(third).auth.signInWithPassword({
    email: "kept@example.com",
    password,
  });
  assert.equal(still.error, null);
  third.child.kill("SIGTERM");
  assert.equal(await ended(third.child), 0);
  assert.match(third.output(), /Functions: switched off/);
});

test("npm start ends with npm, however npm ends", async () => {
  const at = await ports();
  const data = join(folder, "by-npm");
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const stack = await start(at, data, [], byNpm);
    const members = family(stack.child.pid ?? 0);
    assert.ok(members.length >= 3, "npm runs the stack");
    stack.child.kill(signal);
    assert.deepEqual(await survivors(members, 8000), []);
    assert.ok(await isFree(at.api) && await isFree(at.db));
  }
});

test("a first start that was interrupted is made up for by the next", async () => {
  const at = await ports();
  const data = join(folder, "interrupted");
  const { child, output } = run(["start", ...flags(at, data)]);
  while (!output().includes("and the seed") && child.exitCode === null) await sleep(20);
  await sleep(500);
  child.kill("SIGINT");
  await ended(child);
  const stack = await start(at, data);
  const { error } = await client(stack).auth.signInWithPassword({
    email: "ada@example.com",
    password: "turnbase-demo",
  });
  assert.equal(error, null);
  stack.child.kill("SIGTERM");
  await ended(stack.child);
});

for (const engine of ["pglite", "native"]) {
  test(`one that was killed while ${engine} made its database, too`, async () => {
    const at = await ports();
    const data = join(folder, `half-made-${engine}`);
    const more = ["--no-functions", "--engine", engine];
    const { child } = run(["start", ...flags(at, data), ...more]);
    while (!existsSync(join(data, "PG_VERSION")) && child.exitCode === null) await sleep(1);
    const members = family(child.pid ?? 0);
    child.kill("SIGKILL");
    await ended(child);
    await survivors(members, 5000);
    // Of initdb, which the kernel ends with the terminal, but not with us.
    if (engine === "native") rmSync(join(data, "global"), { recursive: true });
    const stack = await start(at, data, more);
    stack.child.kill("SIGTERM");
    assert.equal(await ended(stack.child), 0);
    assert.deepEqual(readdirSync(folder).filter((name) => name.endsWith(".making")), []);
  });

  test(`what is not ours is left alone by ${engine}`, async () => {
    const at = await ports();
    const foreign = join(folder, `foreign-${engine}`);
    mkdirSync(foreign);
    writeFileSync(join(foreign, "letter.txt"), "mine");
    const refused = async () => {
      const args = ["start", ...flags(at, foreign), "--no-functions", "--engine", engine];
      const { code, output } = await finish(args);
      assert.equal(code, 1, output);
      assert.equal(readFileSync(join(foreign, "letter.txt"), "utf8"), "mine");
      return output;
    };
    assert.match(await refused(), /foreign-\w+ holds other files and no database: .*--data-dir/);
    // Not either where a start that was interrupted had left its mark.
    writeFileSync(`${foreign}.making`, "");
    assert.match(await refused(), /foreign-\w+ holds other files and no database/);
    rmSync(`${foreign}.making`);
    writeFileSync(join(foreign, "PG_VERSION"), "17\n");
    const said = engine === "pglite" ? /where the files .* are broken/ : /Postgres did not start/;
    assert.match(await refused(), said);
  });
}

test("what another start makes at this moment is left alone by native", async () => {
  const data = join(folder, "made-by-another");
  mkdirSync(data);
  writeFileSync(join(data, "PG_VERSION"), "17\n");
  writeFileSync(`${data}.making`, "");
  // One that lives.
  writeFileSync(`${data}.lock`, String(process.ppid));
  const args = ["start", ...flags(await ports(), data), "--no-functions", "--engine", "native"];
  const { code, output } = await finish(args);
  assert.equal(code, 1, output);
  assert.match(output, /made-by-another is in use by process \d+: .*--data-dir/);
  assert.equal(readFileSync(join(data, "PG_VERSION"), "utf8"), "17\n");
});

test("the native engine ends in the same ways", async () => {
  const at = await ports();
  const data = join(folder, "native");
  for (const signal of ["SIGKILL", "SIGINT"] as const) {
    const stack = await start(at, data, ["--engine", "native"]);
    const members = family(stack.child.pid ?? 0);
    stack.child.kill(signal);
    await ended(stack.child);
    assert.deepEqual(await survivors(members, 5000), []);
    assert.ok(await isFree(at.api) && await isFree(at.db));
  }
});
