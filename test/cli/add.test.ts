import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { add } from "../../cli/add.ts";
import { Problem } from "../../cli/problem.ts";
import { type Manifest, sha256 } from "../../cli/project.ts";
import { remove } from "../../cli/remove.ts";
import { types } from "../../cli/types.ts";
import { upgrade } from "../../cli/upgrade.ts";
import { root } from "../../local/paths.ts";
import { addOptions, filesIn, makeProject, put, said } from "./support.ts";

/** A project that has all which it can have of the same names. */
const taken = {
  "supabase/config.toml": `project_id = "shop"\n[functions.health]\nverify_jwt = true\n`,
  "supabase/functions/feedback/index.ts": "Deno.serve(() => new Response());\n",
  "supabase/functions/_shared/cors.ts": "export const cors = {};\n",
  "supabase/functions/deno.json": "{}\n",
  "supabase/migrations/20240101000000_shop.sql": `
    create table public.profiles (id uuid primary key);
    create table if not exists brands (id bigint primary key);
    create view public.messages as select 1 as one;
    create function public.search_messages(q text) returns int language sql as 'select 1';
    create type public.budget_period as enum ('week');
    create policy attachments_insert_own on storage.objects for insert with check (true);
    create trigger users_50_create_profile after insert on auth.users
      for each row execute function public.welcome();
    create table public.conversation_sessions (id int);`,
};

test("the plan names each clash with its place and its way out, and writes nothing", async (t) => {
  const dir = await makeProject(t, taken);
  const before = await filesIn(dir);
  const { code, text } = await said(add, { ...addOptions, dir });
  assert.equal(code, 3);
  const lines = text.split("\n").filter((line) => /^ {2}\S.* in supabase\//.test(line))
    .map((line) => line.trim().replace(/ {2,}/g, " "));
  const file = "in supabase/migrations/20240101000000_shop.sql";
  assert.deepEqual(lines.sort(), [
    "block [functions.health] in supabase/config.toml: --without functions/health",
    "function feedback in supabase/functions/feedback: --without functions/feedback",
    `function public.search_messages ${file}: --without search`,
    `policy attachments_insert_own on storage.objects ${file}: --without attachments`,
    `table public.brands ${file}: --without brands`,
    `table public.conversation_sessions ${file}: rename or move yours`,
    `table public.messages ${file}: --without old-names`,
    `table public.profiles ${file}: --without profiles`,
    `trigger users_50_create_profile on auth.users ${file}: --without profiles`,
    `type public.budget_period ${file}: --without budgets`,
  ]);
  assert.match(text, /10 of its names are taken\. Nothing was written\./);
  const [, names = ""] = /^Next: npx turnbase add --without (\S+)/m.exec(text) ?? [];
  assert.match(text, /rename or move what cannot be left out/);
  assert.deepEqual(await filesIn(dir), before);

  // The way out that it names is one.
  await put(
    dir,
    "supabase/migrations/20240202000000_away.sql",
    "drop table conversation_sessions;",
  );
  const way = { ...addOptions, dir, without: names.split(",") };
  const { code: planned, text: plan } = await said(add, { ...way, dryRun: true });
  assert.equal(planned, 0, plan);
  assert.match(plan, /without embeddings, which needs search/);
  assert.match(plan, /Nothing was written\. Next:/);
  const whole = { ...addOptions, dir, types: "src/my types", tests: true, dbUrl: undefined };
  assert.match(
    (await said(add, whole)).text,
    new RegExp(
      `^Next: npx turnbase add --without \\S+ --dir ${dir} --types "src/my types" --tests$`,
      "m",
    ),
    "the next command keeps what was asked",
  );
  const unchanged = await filesIn(dir);
  assert.equal(Object.keys(unchanged).length, Object.keys(before).length + 1);
  assert.equal((await said(add, way)).code, 0);
  const after = await filesIn(dir);
  for (const [name, content] of Object.entries(unchanged)) {
    if (name !== "supabase/config.toml") assert.equal(after[name], content, name);
  }
});

test("pgvector in another schema is told before anything is written, and by the first migration", async (t) => {
  const own = "supabase/migrations/20240101000000_ai.sql";
  const dir = await makeProject(t, { [own]: "create extension vector;" });
  const { code, text } = await said(add, { ...addOptions, dir });
  assert.equal(code, 3);
  assert.match(
    text,
    /extension vector {2}in supabase.*_ai\.sql: alter extension vector set schema extensions; or --without embeddings$/m,
  );
  const moved = "supabase/migrations/20240202000000_move.sql";
  await put(dir, moved, "alter extension vector set schema extensions;");
  assert.equal((await said(add, { ...addOptions, dir })).code, 0);

  const files = await filesIn(dir);
  const [first = ""] = Object.keys(files).filter((name) => name.endsWith("_0010_foundation.sql"));
  await using db = await PGlite.create({ extensions: { vector } });
  await db.exec(`create schema auth; create schema extensions; create table auth.users (id uuid);
    create role anon; create role authenticated; create role service_role;`);
  await db.exec(files[own] ?? "");
  await assert.rejects(
    db.exec(files[first] ?? ""),
    (error: { message?: string; hint?: string }) => {
      assert.match(
        error.message ?? "",
        /exist already: extension vector outside of schema extensions$/,
      );
      assert.match(error.hint ?? "", /alter extension vector set schema extensions/);
      return true;
    },
  );
  await db.exec(files[moved] ?? "");
  await db.exec(files[first] ?? "");
});

test("what it writes comes after the newest migration, and leaves out what is left out", async (t) => {
  const newest = "supabase/migrations/20991231235959_future.sql";
  const dir = await makeProject(t, { [newest]: "select 1;" });
  const { code, text } = await said(add, {
    ...addOptions,
    dir,
    without: ["brands", "privacy"],
    tests: true,
  });
  assert.equal(code, 0, text);
  assert.match(text, /Next:\n.*npx supabase db push/);
  const files = await filesIn(dir);
  const migrations = Object.keys(files).filter((name) => name.startsWith("supabase/migrations/"));
  assert.equal(migrations[0], newest);
  assert.equal(
    migrations[1],
    "supabase/migrations/21000101000000_turnbase_0010_foundation.sql",
  );
  const all = (pattern: RegExp) =>
    Object.entries(files).filter(([name, text]) =>
      pattern.test(text) && !name.startsWith("types/") && name !== "supabase/turnbase.json"
    ).map(([name]) => name.replace(/\d{14}/, ""));
  // Lists, tests, and the files themselves.
  assert.deepEqual(all(/'(table|function)', '(public\.brands|public\.erase_user_data)'/), []);
  assert.deepEqual(all(/erase_user_data\(/), []);
  assert.deepEqual(all(/_shared\/(?!setup)/), []);
  assert.ok(files["supabase/functions/_turnbase/deno.json"]);
  assert.ok(files["supabase/functions/chat-log/handler.ts"]?.includes("../_turnbase/rpc.ts"));
  assert.equal(files["supabase/functions/privacy/index.ts"], undefined);
  assert.equal(files["supabase/functions/chat-log/handler_test.ts"], undefined);
  assert.match(files["supabase/config.toml"] ?? "", /^\[functions\.chat-log\]\nimport_map = /m);
  assert.doesNotMatch(files["supabase/config.toml"] ?? "", /functions\.privacy/);
  assert.match(files["types/turnbase/project.ts"] ?? "", /\| "brand_members"\n/);
  const tests = Object.keys(files).filter((name) => name.endsWith(".test.sql"));
  assert.ok(tests.length > 300, `${tests.length} tests`);
});

test("run again it writes nothing; what is lost comes back, what is changed stays", async (t) => {
  const dir = await makeProject(t);
  await said(add, { ...addOptions, dir });
  const written = await filesIn(dir);
  const again = await said(add, { ...addOptions, dir });
  assert.equal(again.code, 0, again.text);
  assert.match(again.text, /Nothing to write\. Next:/);
  assert.deepEqual(await filesIn(dir), written);
  for (const command of [upgrade, types]) {
    const { code, text } = await said(command, { ...addOptions, dir, out: undefined });
    assert.equal(code, 0, text);
    assert.match(text, /Next:/);
    assert.deepEqual(await filesIn(dir), written);
  }

  const [migration = ""] = Object.keys(written).filter((name) => name.endsWith("_realtime.sql"));
  const mine = "supabase/functions/chat-log/index.ts";
  await put(dir, mine, "// mine\n");
  await put(dir, migration, "-- mine\n");
  await put(dir, "supabase/functions/health/index.ts", "");
  await rm(`${dir}/supabase/functions/health/index.ts`);
  await put(dir, "supabase/config.toml", 'project_id = "shop"\n');
  for (const command of [add, upgrade]) {
    const { code, text } = await said(command, { ...addOptions, dir });
    assert.equal(code, 4, text);
    assert.match(text, new RegExp(`keep ${mine}: it was changed here`));
    const now = await filesIn(dir);
    assert.equal(now[mine], "// mine\n");
    assert.equal(now[migration], "-- mine\n");
    assert.ok(now["supabase/functions/health/index.ts"]);
  }
  assert.match((await filesIn(dir))["supabase/config.toml"] ?? "", /\[functions\.health\]/);
});

test("the next step is that of what was written, and tests are counted", async (t) => {
  const dir = await makeProject(t);
  const { text } = await said(add, { ...addOptions, dir, tests: true });
  assert.match(text, /^ {2}write supabase\/tests\/turnbase\/ {2}\d{3} files$/m);
  assert.doesNotMatch(text, /\.test\.sql/);

  const earlier = async (file: string) => {
    await put(dir, file, "// earlier\n");
    const manifest = JSON.parse((await filesIn(dir))["supabase/turnbase.json"] ?? "") as Manifest;
    manifest.files[file] = sha256("// earlier\n");
    await put(dir, "supabase/turnbase.json", JSON.stringify(manifest));
  };
  await earlier("supabase/functions/health/store.ts");
  assert.match(
    (await said(upgrade, { ...addOptions, dir })).text,
    /^Written\. Next: npx supabase functions deploy$/m,
  );
  await earlier("types/turnbase/index.ts");
  assert.match(
    (await said(upgrade, { ...addOptions, dir })).text,
    /^Written\. Next: commit it; there is nothing to push or deploy$/m,
  );
  await rm(join(dir, "supabase/functions/feedback/index.ts"));
  assert.match(
    (await said(add, { ...addOptions, dir })).text,
    /^Written\. Next: npx supabase functions deploy$/m,
  );
});

test("a write that fails leaves the project as it was", async (t) => {
  const own = {
    "supabase/config.toml": 'project_id = "shop"',
    "supabase/migrations/20240101000000_shop.sql": "select 1;",
    "types": "a file where a folder has to be",
  };
  const dir = await makeProject(t, own);
  const fails = (command: () => Promise<unknown>) =>
    assert.rejects(command, (error) => {
      assert.ok(error instanceof Problem);
      assert.match(error.message, /types.* cannot be written: /);
      assert.match(error.next, /^Nothing was changed\./);
      return true;
    });
  await fails(() => said(add, { ...addOptions, dir }));
  assert.deepEqual(await filesIn(dir), own);
  assert.equal((await said(add, { ...addOptions, dir, types: "lib" })).code, 0);

  // What was there is there again, with its text.
  const [migration = ""] = Object.keys(await filesIn(dir)).filter((name) =>
    name.endsWith("_logs.sql")
  );
  await rm(join(dir, migration));
  await rm(join(dir, "lib"), { recursive: true });
  const before = await filesIn(dir);
  await put(dir, "lib", "");
  await assert.rejects(said(add, { ...addOptions, dir }), /lib.* cannot be written/);
  assert.deepEqual(await filesIn(dir), { ...before, lib: "" });
});

test("a reader that is gone, as head is, stops no writing", async (t) => {
  const dir = await makeProject(t);
  const main = join(root, "cli/main.ts");
  const child = spawn(process.execPath, ["--import", "tsx", main, "add", "--dir", dir], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.destroy();
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => said += chunk.toString());
  const [code] = await once(child, "close");
  assert.equal(code, 0, said);
  assert.ok((await filesIn(dir))["supabase/turnbase.json"]);
});

test("a folder that leads elsewhere, as in a monorepo, stays when it is empty again", async (t) => {
  const dir = await makeProject(t);
  await mkdir(join(dir, "packages/functions"), { recursive: true });
  await symlink("../packages/functions", join(dir, "supabase/functions"), "junction");
  assert.equal((await said(add, { ...addOptions, dir })).code, 0);
  assert.equal((await said(remove, { ...addOptions, dir })).code, 0);
  assert.deepEqual(await readdir(join(dir, "supabase/functions")), []);
});

test("blocks for functions do not go behind a table that TOML takes as closed", async (t) => {
  for (const line of ["functions = { mine = { verify_jwt = false } }", '"functions" = {}']) {
    const text = `${line}\n[api]\nport = 1\n`;
    const dir = await makeProject(t, { "supabase/config.toml": text });
    const { code, text: plan } = await said(add, { ...addOptions, dir });
    assert.equal(code, 3, plan);
    assert.match(
      plan,
      /^ {2}functions = \{ \} in one line +in supabase\/config\.toml: --without functions$/m,
    );
    const without = ["functions"];
    assert.equal((await said(add, { ...addOptions, dir, without })).code, 0);
  }
  const inBlock = '[api]\nfunctions = "of something else"\n';
  const dir = await makeProject(t, { "supabase/config.toml": inBlock });
  assert.equal((await said(add, { ...addOptions, dir })).code, 0);
});

test("types go where they are asked for, by any way of writing the folder", async (t) => {
  for (const folder of ["./src/lib/", "", "src//lib"]) {
    const dir = await makeProject(t);
    const asked = folder || join(dir, "src/lib");
    const { text } = await said(add, { ...addOptions, dir, types: asked });
    assert.match(text, /import type \{ Turnbase \} from "\.\/src\/lib\/project\.js"/, asked);
    assert.ok((await filesIn(dir))["src/lib/project.ts"], asked);
    const again = await said(types, { dir, dryRun: false, out: asked });
    assert.match(again.text, /src\/lib is up to date/, asked);
    await assert.rejects(
      said(add, { ...addOptions, dir, types: "elsewhere" }),
      /its types are in src\/lib/,
    );
  }
});

test("migrations without the list of what was written are told from somebody's own", async (t) => {
  const dir = await makeProject(t);
  await said(add, { ...addOptions, dir });
  await rm(join(dir, "supabase/turnbase.json"));
  const before = await filesIn(dir);
  await assert.rejects(said(add, { ...addOptions, dir }), (error) => {
    assert.ok(error instanceof Problem);
    assert.match(error.message, /34 migrations of Turnbase, but no supabase\/turnbase\.json/);
    assert.match(error.next, /version control/);
    assert.equal(error.exitCode, 3);
    return true;
  });
  assert.deepEqual(await filesIn(dir), before);
});

test("a run that was interrupted before it wrote its list is told, and not done twice", async (t) => {
  const dir = await makeProject(t);
  await said(add, { ...addOptions, dir });
  const list = "supabase/turnbase.json";
  const before = (await filesIn(dir))[list] ?? "";
  const { migrations, ...rest } = JSON.parse(before) as { migrations: { file: string }[] };
  const last = migrations.at(-1)?.file ?? "";
  const interrupted = async (stray: string) => {
    const files = await filesIn(dir);
    for (const command of [add, upgrade, remove]) {
      await assert.rejects(said(command, { ...addOptions, dir }), (error) => {
        assert.ok(error instanceof Problem);
        assert.equal(error.message, `${list} does not tell of ${stray}`);
        assert.match(error.next, /as it was before, and run it again/);
        return true;
      });
    }
    assert.deepEqual(await filesIn(dir), files);
  };
  // By an upgrade.
  await put(dir, list, JSON.stringify({ ...rest, migrations: migrations.slice(0, -1) }));
  await interrupted(last);
  await put(dir, list, before);
  await said(remove, { ...addOptions, dir });
  const { rollback } = JSON.parse((await filesIn(dir))[list] ?? "") as { rollback: string };
  await put(dir, list, before);
  await interrupted(rollback);
});

test("other parts, another folder, a missing config are refused with the next step", async (t) => {
  const dir = await makeProject(t);
  await said(add, { ...addOptions, dir, without: ["profiles"] });
  const before = await filesIn(dir);
  const refused: [run: () => Promise<unknown>, message: RegExp, code: number][] = [
    [() => said(add, { ...addOptions, dir, without: ["search"] }), /already, without: profiles/, 2],
    [() => said(add, { ...addOptions, dir: `${dir}/types` }), /has no folder supabase/, 2],
  ];
  const empty = await makeProject(t);
  for (const command of [upgrade, remove, types]) {
    refused.push([
      () => said(command, { ...addOptions, dir: empty, out: undefined }),
      /Turnbase is not in/,
      2,
    ]);
  }
  for (const [run, message, exitCode] of refused) {
    await assert.rejects(run, (error) => {
      assert.ok(error instanceof Problem);
      assert.match(error.message, message);
      assert.equal(error.exitCode, exitCode);
      assert.notEqual(error.next, "");
      return true;
    });
  }
  assert.deepEqual(await filesIn(dir), before);
});

test("remove leaves the project as it was, but for the migrations that may have run", async (t) => {
  const own = {
    "supabase/config.toml": 'project_id = "shop"',
    "supabase/migrations/20240101000000_shop.sql": "create table brands (id int);",
    "supabase/functions/mine/index.ts": "Deno.serve(() => new Response());\n",
    "supabase/tests/mine.test.sql": "select 1;",
  };
  const dir = await makeProject(t, own);
  const without = ["brands"];
  await said(add, { ...addOptions, dir, without, tests: true, types: "src/lib/turnbase" });
  const later = {
    "supabase/migrations/20990101000000_teams.sql":
      "create or replace function private.my_brand_ids(p_roles text[] default null) …",
    "supabase/migrations/20990102000000_orders.sql":
      'alter table orders add session uuid references "public"."conversation_sessions" (id);',
    "supabase/migrations/20990103000000_other.sql": "-- my_brand_ids\ntable public.brands;",
  };
  for (const [file, text] of Object.entries(later)) await put(dir, file, text);
  const dry = await said(remove, { ...addOptions, dir, dryRun: true });
  assert.equal(dry.code, 0, dry.text);
  const { code, text } = await said(remove, { ...addOptions, dir });
  assert.equal(code, 0, text);
  assert.match(text, /destroys every conversation\. Next:/);
  const named = text.split("\n").filter((line) => /^ {2}supabase\/.*\.sql: /.test(line));
  assert.deepEqual(named, [
    "  supabase/migrations/20990101000000_teams.sql: private.my_brand_ids",
    "  supabase/migrations/20990102000000_orders.sql: public.conversation_sessions",
  ]);
  const left = Object.entries(await filesIn(dir)).filter(([name]) =>
    !/^supabase\/(migrations\/\d+_turnbase_|turnbase\.json)/.test(name)
  );
  assert.deepEqual(Object.fromEntries(left), { ...own, ...later });
  const newest = Object.keys(await filesIn(dir)).filter((name) => name.includes("migrations")).at(
    -1,
  );
  assert.match(newest ?? "", /_turnbase_remove\.sql$/);
  await assert.rejects(said(remove, { ...addOptions, dir }), /the migration is written/);
});

test("a checkout of Windows, with other ends of lines, is no change", async (t) => {
  const dir = await makeProject(t, {
    "supabase/config.toml": `project_id = "shop"\r\n\r\n[api]\r\nport = 54321\r\n`,
  });
  const own = await filesIn(dir);
  await said(add, { ...addOptions, dir });
  const config = (await filesIn(dir))["supabase/config.toml"] ?? "";
  assert.match(config, /\[functions\.health\]\r\n/);
  assert.doesNotMatch(config, /[^\r]\n/);
  for (const [file, text] of Object.entries(await filesIn(dir))) {
    await put(dir, file, text.replace(/\r?\n/g, "\r\n"));
  }
  const before = await filesIn(dir);
  const again = await said(add, { ...addOptions, dir });
  assert.match(again.text, /Nothing to write/);
  const up = await said(upgrade, { ...addOptions, dir });
  const typed = await said(types, { dir, dryRun: false, out: undefined });
  assert.deepEqual([again.code, up.code, typed.code], [0, 0, 0], again.text + up.text);
  const after = await filesIn(dir);
  for (const [file, text] of Object.entries(before)) {
    if (file !== "supabase/turnbase.json") assert.equal(after[file], text, file);
  }
  const { code, text } = await said(remove, { ...addOptions, dir });
  assert.equal(code, 0, text);
  assert.equal((await filesIn(dir))["supabase/config.toml"], own["supabase/config.toml"]);
});

test("who declares a schema in files is told that the CLI would drop what is not in them", async (t) => {
  const note = /note: your schema is declared in files/;
  const stock = 'project_id = "shop"\n[db.migrations]\nschema_paths = []\n';
  const own = (paths: string) => stock.replace("[]", paths);
  const elsewhere = `${stock}[experimental.pgdelta]\ndeclarative_schema_path = "./database"\n`;
  const table = { "supabase/schemas/public/orders.sql": "create table orders (id int);" };
  for (
    const [files, told] of [
      [{ "supabase/config.toml": stock }, false],
      [{ "supabase/config.toml": stock, "supabase/schemas/README.md": "Later." }, false],
      [{ "supabase/config.toml": stock, ...table }, true],
      [{ "supabase/config.toml": own('[\n  "./tables/*.sql",\n]') }, true],
      [{ "supabase/config.toml": elsewhere, "supabase/database/orders.sql": "" }, true],
    ] as const
  ) {
    const dir = await makeProject(t, files);
    const { code, text } = await said(add, { ...addOptions, dir, dryRun: true });
    assert.equal(code, 0, text);
    assert.equal(note.test(text), told, Object.keys(files).join());
  }
});
