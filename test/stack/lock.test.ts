import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { dropLock, takeLock } from "../../local/lock.ts";
import { newFolder } from "./started.ts";

const folder = newFolder();
after(() => rmSync(folder, { recursive: true, force: true }));

/** Takes all locks of the folder, each at its moment, and prints which it has got. */
const contender = `
  const { takeLock } = await import(process.argv[1]);
  const [folder, count, at] = process.argv.slice(2);
  const got = [];
  for (let n = 0; n < Number(count); n++) {
    while (Date.now() < Number(at) + n * 30);
    if (takeLock(folder + "/" + n) === undefined) got.push(n);
  }
  console.log(JSON.stringify(got));
  // Who has one lives.
  setTimeout(() => {}, 3000);`;

// No process has it: it is beyond what systems give.
const dead = "2000000000";

test("of several that find a dead one's lock, one takes it", async () => {
  const count = 40;
  for (let n = 0; n < count; n++) writeFileSync(join(folder, String(n)), dead);
  const module = new URL("../../local/lock.ts", import.meta.url).href;
  const at = String(Date.now() + 2500);
  const all = await Promise.all(["a", "b", "c"].map(async () => {
    const args = ["--import", "tsx", "--input-type=module", "-e", contender];
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...args,
      module,
      folder,
      String(count),
      at,
    ]);
    return JSON.parse(stdout) as number[];
  }));
  assert.deepEqual(all.flat().sort((a, b) => a - b), [...Array(count).keys()]);
  assert.equal(readdirSync(folder).length, count);
});

test("a lock is kept while its process lives, and taken over from one that had our id", () => {
  const file = join(folder, "own");
  assert.equal(takeLock(file), undefined);
  assert.equal(takeLock(file), process.pid);
  dropLock(file);
  writeFileSync(file, String(process.ppid));
  assert.equal(takeLock(file), process.ppid);
  for (const left of [String(process.pid), dead, ""]) {
    writeFileSync(file, left);
    assert.equal(takeLock(file), undefined, `left: ${left}`);
    dropLock(file);
  }
});

test("where no lock can be written it says why", () => {
  assert.throws(() => takeLock(join(folder, "x".repeat(300))), /ENAMETOOLONG/);
});
