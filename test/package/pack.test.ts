import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, chown, cp, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { ids, serverUser } from "../../local/engines/native-files.ts";
import { root, stateDir } from "../../local/paths.ts";
import { makeProject, put } from "../cli/support.ts";
import { openServer, scratchDatabase } from "../run/server.ts";
import { pack, pushAll, runProgram, shop, withClient } from "./support.ts";

const timeout = 300_000;
let folder = "";
let archive = "";
let packed: string[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "turnbase-pack-"));
  // A plain user comes in here, too.
  await chmod(folder, 0o755);
  ({ archive, files: packed } = await pack(folder));
});
after(() => rm(folder, { recursive: true, force: true }));

test("the package holds what a project needs, and nothing else", async () => {
  const migrations = (await readdir(join(root, "supabase/migrations"))).sort();
  const inside = (folder: string) =>
    packed.filter((name) => name.startsWith(`${folder}/`)).map((name) =>
      name.slice(folder.length + 1)
    );
  assert.deepEqual(inside("supabase/migrations").sort(), migrations);
  for (
    const file of [
      "dist/cli/main.js",
      "dist/types/index.d.ts",
      "types/index.ts",
      "types/database.types.ts",
      "supabase/rollback.sql",
      "supabase/functions/.env.example",
      "supabase/functions/chat-log/handler.ts",
      "supabase/tests/_shared/setup.psql",
      "examples/openai/turnbase.ts",
      "docs/add-to-existing.md",
      "README.md",
      "CHANGELOG.md",
      "LICENSE",
      "package.json",
    ]
  ) assert.ok(packed.includes(file), file);
  const folders = new Set(packed.map((name) => name.split("/")[0]));
  assert.deepEqual([...folders].sort(), [
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "dist",
    "docs",
    "examples",
    "package.json",
    "supabase",
    "types",
  ]);
  assert.deepEqual(packed.filter((name) => /\.env$|\.temp\/|\.log$|node_modules/.test(name)), []);
});

/** A Node of this version: ours, or one from npm; a text says why there is none. */
async function findNode(major: number): Promise<{ program: string } | string> {
  if (Number.parseInt(process.versions.node) === major) return { program: process.execPath };
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const place = join(stateDir, `node-${major}`);
  const program = join(place, "node_modules", name, "bin", "node");
  if (!existsSync(program)) {
    await mkdir(place, { recursive: true });
    const { code, output } = await runProgram("npm", [
      ...["install", "--prefix", place, "--no-audit", "--no-fund", "--no-save"],
      `${name}@${major}`,
    ], { cwd: place });
    if (code !== 0) return `npm has no ${name}@${major} here: ${output.trim().split("\n")[0]}`;
  }
  return { program };
}

for (const major of [20, 22]) {
  for (const who of ["root", "a plain user"]) {
    test(
      `installed from the archive in an empty folder, on Node ${major}, as ${who}`,
      { timeout },
      async (t) => {
        const node = await findNode(major);
        if (typeof node === "string") return t.skip(node);
        const user = who === "root" ? undefined : await serverUser();
        if (who === "root" && process.getuid?.() !== 0) {
          return t.skip("this test does not run as root");
        }
        if (who !== "root" && !user && process.getuid?.() === 0) {
          return t.skip("there is no other user");
        }
        const empty = join(folder, `${major}-${user ? user.name : "us"}`);
        await mkdir(join(empty, "home"), { recursive: true });
        await cp(node.program, join(empty, "node"));
        await cp(archive, join(empty, "turnbase.tgz"));
        const project = await makeProject(t, shop());
        await cp(project, join(empty, "app"), { recursive: true });
        const own = async (path: string): Promise<void> => {
          if (!user) return;
          await chown(path, user.uid, user.gid);
          for (const entry of await readdir(path, { withFileTypes: true })) {
            if (entry.isDirectory()) await own(join(path, entry.name));
            else await chown(join(path, entry.name), user.uid, user.gid);
          }
        };
        await put(empty, "app/package.json", '{ "private": true, "type": "module" }\n');
        await own(empty);
        const run = (program: string, args: string[]) =>
          runProgram(program, args, {
            cwd: join(empty, "app"),
            env: {
              // `npm run` hands its own cache and settings down, which are not this user's.
              ...Object.fromEntries(
                Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)),
              ),
              PATH: `${empty}:${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
              HOME: join(empty, "home"),
            },
            ...ids(user),
          });
        const installed = await run("npm", [
          "install",
          "--no-audit",
          "--no-fund",
          "../turnbase.tgz",
        ]);
        assert.equal(installed.code, 0, installed.output);
        // `npx turnbase` runs this file.
        const turnbase = (...args: string[]) =>
          run(join(empty, "node"), ["node_modules/.bin/turnbase", ...args]);
        const version = await run(join(empty, "node"), ["--version"]);
        assert.match(version.output, new RegExp(`^v${major}\\.`));
        assert.match((await turnbase("--version")).output, /^\d+\.\d+\.\d+\n$/);
        const clash = await turnbase("add");
        assert.equal(clash.code, 3, clash.output);
        const [, names = ""] = /^Next: npx turnbase add --without (\S+)$/m.exec(clash.output) ?? [];
        const added = await turnbase("add", "--without", names);
        assert.equal(added.code, 0, added.output);
        assert.equal((await turnbase("add")).code, 0);
        assert.equal((await turnbase("types")).code, 0);
        assert.equal((await turnbase("upgrade")).code, 0);
        assert.equal((await turnbase("serach")).code, 2);
        const removed = await turnbase("remove");
        assert.equal(removed.code, 0, removed.output);
      },
    );
  }
}

test(
  "what the archive adds can be pushed, and its doctor reads the database",
  { timeout },
  async (t) => {
    await using server = await openServer();
    await using scratch = await scratchDatabase(server.adminUrl, false);
    const { dbUrl, adminUrl } = scratch.database;
    const dir = await makeProject(t);
    await put(dir, "package.json", '{ "private": true }\n');
    const installed = await runProgram("npm", ["install", "--no-audit", "--no-fund", archive], {
      cwd: dir,
    });
    assert.equal(installed.code, 0, installed.output);
    const turnbase = (...args: string[]) =>
      runProgram(process.execPath, ["node_modules/.bin/turnbase", ...args], { cwd: dir });
    const early = await turnbase("doctor", "--db-url", dbUrl);
    assert.equal(early.code, 1);
    assert.match(early.output, /has no Turnbase\nNext: /);
    const rename = (from: string, to: string) =>
      withClient(adminUrl, (client) => client.query(`alter table auth.${from} rename to ${to}`));
    await rename("users", "people");
    const elsewhere = await turnbase("add", "--db-url", dbUrl);
    assert.equal(elsewhere.code, 2);
    assert.match(elsewhere.output, /is no Supabase project: .*\nNext: Copy the address/);
    await rename("people", "users");
    const without = server.hasVector ? [] : ["--without", "embeddings"];
    const added = await turnbase("add", "--db-url", dbUrl, ...without);
    assert.equal(added.code, 0, added.output);
    await pushAll(dir, dbUrl);
    const table = await turnbase("doctor", "--db-url", dbUrl);
    assert.equal(table.code, 0, table.output);
    assert.match(table.output, /^ok {4}core_objects/m);
    assert.match(table.output, /checks, all is well$/m);
    const asAnon = new URL(dbUrl);
    asAnon.searchParams.set("options", "-c role=anon");
    for (const command of ["doctor", "upgrade"]) {
      const low = await turnbase(command, "--db-url", asAnon.href);
      assert.equal(low.code, 1);
      assert.match(
        low.output,
        /^turnbase: this login may not look into the database: permission denied .*\nNext: Log in as /,
      );
    }
  },
);
