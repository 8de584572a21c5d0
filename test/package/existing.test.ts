import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { test } from "node:test";
import { add } from "../../cli/add.ts";
import { addOptions, filesIn, makeProject, said } from "../cli/support.ts";
import { runPgtap } from "../pgtap/run.ts";
import { openServer, scratchDatabase } from "../run/server.ts";
import { findPgDump, snapshot } from "../databases/snapshot.ts";
import { pushAll, sample, shareAnalyst, shop, withClient } from "./support.ts";

const timeout = 600_000;

/** A schema dump by its entries, each with all that it says. */
function entriesOf(dump: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of dump.split(/^--\n-- (?=Name: )/m).slice(1)) {
    const name = entry.slice(0, entry.indexOf("\n"));
    // Turnbase gives its role the use of schema public, in the same entry; settings stand before whatever comes next.
    const text = entry.replace(/^(GRANT USAGE ON SCHEMA public TO analyst|SET \w+ = .*);\n/gm, "")
      .replace(/\n{2,}/g, "\n\n").trimEnd();
    found.set(name, (found.get(name) ?? "") + text);
  }
  return found;
}

test(
  "a project with tables of the same names takes Turnbase in and keeps its own",
  { timeout },
  async (t) => {
    await using server = await openServer();
    await using scratch = await scratchDatabase(server.adminUrl, false);
    const { dbUrl, adminUrl } = scratch.database;
    const dir = await makeProject(t, shop());
    await pushAll(dir, dbUrl);
    const files = await filesIn(dir);
    assert.equal(Object.keys(files).filter((name) => name.endsWith(".sql")).length, 40);
    await withClient(adminUrl, async (admin) => {
      const pgDump = await findPgDump(admin);
      console.log(
        pgDump
          ? `# schema dumps by ${pgDump.which}`
          : "# Left out: schema dumps (no pg_dump of this server's version); the catalogs were compared",
      );
      const dump = await pgDump?.schema(adminUrl);
      const before = await snapshot(admin, "^shop_");

      // With the database it sees what the files do not say.
      await admin.query("create table public.budgets (id integer)");
      const plan = await said(add, { ...addOptions, dir, dbUrl });
      assert.equal(plan.code, 3);
      const file = "supabase/migrations/20240101000000_shop.sql";
      for (
        const [name, part] of [["brands", "brands"], ["messages", "old-names"], [
          "profiles",
          "profiles",
        ]]
      ) {
        const line = new RegExp(
          `^  table public\\.${name} +in ${file} and the database: --without ${part}$`,
          "m",
        );
        assert.match(plan.text, line);
      }
      assert.match(plan.text, /^ {2}table public\.budgets +in the database: --without budgets$/m);
      assert.equal(
        plan.text.match(/^ {2}.* in .*: --without /gm)?.length,
        server.hasVector ? 4 : 5,
      );
      assert.deepEqual(await filesIn(dir), files);
      await admin.query("drop table public.budgets");
      assert.deepEqual(await snapshot(admin, "^shop_"), before);

      const without = [
        "profiles",
        "brands",
        "old-names",
        ...(server.hasVector ? [] : ["embeddings"]),
      ];
      const { code, text } = await said(add, { ...addOptions, dir, dbUrl, without, tests: true });
      assert.equal(code, 0, text);
      await pushAll(dir, dbUrl);
      assert.match(await pushAll(dir, dbUrl), /up to date/i);

      const after = new Set(await snapshot(admin, "^shop_"));
      const own = before.filter((line) =>
        !/row of supabase_migrations|^schema: \["(public|supabase_m)/.test(line)
      );
      assert.deepEqual(own.filter((line) => !after.has(line)), []);
      if (pgDump) {
        const dumped = entriesOf(await pgDump.schema(adminUrl));
        const had = entriesOf(dump ?? "");
        assert.ok(had.size > 150, `${had.size} entries`);
        for (const [name, said] of had) assert.equal(dumped.get(name), said, name);
      }

      const id = randomUUID();
      await admin.query("insert into auth.users (id, email) values ($1, 'new@example.com')", [id]);
      const { rows } = await admin.query("select full_name from public.profiles where id = $1", [
        id,
      ]);
      assert.deepEqual(rows, [{ full_name: "new@example.com" }]);
      await admin.query("delete from auth.users where id = $1", [id]);
    });

    await shareAnalyst(scratch.database);
    const lines: string[] = [];
    if (sample.every > 1) console.log(sample.says);
    const folder = join(dir, "supabase/tests/turnbase");
    const tests = Object.keys(await filesIn(folder)).filter((name) => name.endsWith(".test.sql"));
    assert.ok(tests.length > 300);
    const chosen = tests.filter((_, index) => sample.has(index));
    const { passed, failed, files: count } = await runPgtap({
      dbUrl,
      adminUrl,
      files: chosen.map((name) => join(folder, name)),
      log: (line) => lines.push(line),
    });
    console.log(`# ${passed} assertions in ${count} pgTAP files`);
    assert.equal(failed, 0, lines.filter((line) => !/^ *(✓|-)/.test(line)).join("\n"));
    assert.equal(count, chosen.length);
    assert.ok(passed > 0);
    const { rows } = await withClient(
      adminUrl,
      (client) =>
        client.query("select c.check, c.detail from public.store_doctor(true) as c where not c.ok"),
    );
    assert.deepEqual(rows, []);

    // Last, because it leaves lines in the audit log.
    await withClient(adminUrl, async (admin) => {
      const id = randomUUID();
      await admin.query("insert into auth.users (id, email) values ($1, 'gone@example.com')", [id]);
      // What is exported and erased is Turnbase's own.
      const { rows: lines } = await admin.query<{ line: string }>(
        "select line from public.export_user_data(p_user_id => $1)",
        [id],
      );
      assert.ok(lines.every(({ line }) => !/"public\.(profiles|brands|messages)"/.test(line)));
      await admin.query("insert into public.messages (sender, body) values ($1, 'Mine')", [id]);
      await admin.query("select public.erase_user_data(p_user_id => $1)", [id]);
      // With the account goes what the project's own foreign keys take along.
      const { rows: messages } = await admin.query("select sender, body from public.messages");
      assert.deepEqual(messages, [{ sender: null, body: "Mine" }]);
    });
  },
);
