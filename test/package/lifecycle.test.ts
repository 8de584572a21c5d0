import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type pg from "pg";
import { add } from "../../cli/add.ts";
import { doctor } from "../../cli/doctor.ts";
import { remove } from "../../cli/remove.ts";
import { upgrade } from "../../cli/upgrade.ts";
import { revert } from "../../local/supabase.ts";
import { addOptions, filesIn, makeProject, put, said } from "../cli/support.ts";
import { openServer, scratchDatabase } from "../run/server.ts";
import { snapshot } from "../databases/snapshot.ts";
import { packageWithout, pushAll, runProgram, shop, withClient } from "./support.ts";

const timeout = 400_000;

// What the earlier package lacks, and what hangs on it.
const later = ["0260_audit_log", "0270_retention", "0280_privacy", "0290_realtime"];

const conversation = `
  insert into public.conversation_sessions (id, user_id, title) values ($1, $2, 'Kept');`;
const turn = `
  select public.log_turn($1, $2, 'Hello?', 'Hello.', 'openai', 'gpt-4o', p_tokens_used => 12, p_cost_usd => 0.25)`;

async function kept(client: pg.Client) {
  const { rows } = await client.query(
    `select to_jsonb(m) as message from public.conversation_messages as m order by m.sequence_order`,
  );
  const cost = await client.query(
    "select s.title, s.total_cost_usd from public.conversation_sessions as s",
  );
  return [...rows, ...cost.rows];
}

test("add, upgrade from an earlier package with data in place, remove: nothing is left", {
  timeout,
}, async (t) => {
  await using server = await openServer();
  await using scratch = await scratchDatabase(server.adminUrl, false);
  const { dbUrl, adminUrl } = scratch.database;
  const dir = await makeProject(t, shop());
  await pushAll(dir, dbUrl);
  const own = await filesIn(dir);
  const earlier = await packageWithout(later);
  t.after(() => rm(earlier, { recursive: true, force: true }));
  const without = ["profiles", "brands", "old-names", ...(server.hasVector ? [] : ["embeddings"])];
  await withClient(adminUrl, async (admin) => {
    const user = randomUUID();
    await admin.query("insert into auth.users (id, email) values ($1, 'ada@example.com')", [user]);
    const before = await snapshot(admin, "^shop_");

    const first = await runProgram(process.execPath, [
      ...["--import", "tsx", join(earlier, "cli/main.ts"), "add", "--dir", dir],
      ...["--without", without.join(","), "--db-url", dbUrl, "--tests"],
    ], { cwd: earlier });
    assert.equal(first.code, 0, first.output);
    assert.match(first.output, /^Turnbase 0\.0\.9 into /);
    await pushAll(dir, dbUrl);
    const names = (await filesIn(dir))["supabase/turnbase.json"] ?? "";
    assert.doesNotMatch(names, /0280_privacy|functions\/privacy/);
    await admin.query(conversation.replace(/\$1/, `'${user}'`).replace(/\$2/, `'${user}'`));
    await admin.query(turn, [user, randomUUID()]);
    const data = await kept(admin);
    assert.equal(data.length, 3);

    // Whoever asks the old command again is sent on.
    await assert.rejects(said(add, { ...addOptions, dir }), /has Turnbase 0\.0\.9/);
    await put(dir, "supabase/functions/health/store.ts", "// mine\n");
    // What was made in the dashboard meanwhile stands in no file.
    await admin.query("create table public.retention_policies (id integer)");
    const files = await filesIn(dir);
    const taken = await said(upgrade, { ...addOptions, dir, dbUrl });
    assert.equal(taken.code, 3, taken.text);
    assert.match(
      taken.text,
      /^ {2}table public\.retention_policies +in the database: rename or move yours$/m,
    );
    assert.deepEqual(await filesIn(dir), files);
    await admin.query("drop table public.retention_policies");
    const plan = await said(upgrade, { ...addOptions, dir, dbUrl, dryRun: true });
    const up = await said(upgrade, { ...addOptions, dir, dbUrl });
    assert.equal(up.code, 4, up.text);
    assert.match(plan.text, /Nothing was written/);
    assert.match(
      up.text,
      /^Written\. Next: npx supabase db push, and npx supabase functions deploy$/m,
    );
    assert.match(up.text, /keep supabase\/functions\/health\/store\.ts: it was changed here/);
    const added = (await readdir(join(dir, "supabase/migrations"))).sort().slice(-6);
    assert.deepEqual(added.map((name) => name.replace(/^\d+_turnbase_/, "")), [
      "check.sql",
      ...later.map((file) => `${file}.sql`),
      "end.sql",
    ]);
    assert.ok((await filesIn(dir))["supabase/functions/privacy/index.ts"]);
    await pushAll(dir, dbUrl);
    assert.deepEqual(await kept(admin), data);
    const health = await said(doctor, { dbUrl, deep: true, json: true });
    assert.equal(health.code, 0, health.text);
    const { checks } = JSON.parse(health.text) as { checks: { check: string; ok: boolean }[] };
    assert.ok(checks.length > 10);
    const remembered = await admin.query(
      "select from private.expected_objects where identity like '%run_retention%'",
    );
    assert.ok((remembered.rowCount ?? 0) > 0);
    // The new files work on the old rows.
    const exported = await admin.query("select public.export_user_data(p_user_id => $1) as line", [
      user,
    ]);
    assert.ok(exported.rows.some((row) => JSON.stringify(row).includes("Hello?")));
    assert.match((await said(upgrade, { ...addOptions, dir, dbUrl })).text, /keep supabase/);

    const out = await said(remove, { ...addOptions, dir, dbUrl });
    assert.equal(out.code, 4, out.text);
    assert.deepEqual(await kept(admin), data);
    await assert.rejects(said(remove, { ...addOptions, dir, dbUrl }), /in the database still/);
    await pushAll(dir, dbUrl);
    const gone = (lines: string[]) =>
      lines.filter((line) => !/^row of supabase_migrations\.schema_migrations/.test(line));
    const left = gone(await snapshot(admin, "^shop_"));
    assert.deepEqual(left, gone(before));
    const end = await said(remove, { ...addOptions, dir, dbUrl });
    const [, versions = ""] = /--status reverted (.*)$/m.exec(end.text) ?? [];
    const { code, stdout, stderr } = await revert(dbUrl, versions.split(" "), { workdir: dir });
    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual(await snapshot(admin, "^shop_"), before);
    assert.match(await pushAll(dir, dbUrl), /up to date/i);
    assert.deepEqual(await filesIn(dir), {
      ...own,
      "supabase/functions/health/store.ts": "// mine\n",
    });
  });
});

test("a package with other migrations of the same names is refused", { timeout }, async (t) => {
  const dir = await makeProject(t);
  await said(add, { ...addOptions, dir });
  const manifest = (await filesIn(dir))["supabase/turnbase.json"] ?? "";
  await put(dir, "supabase/turnbase.json", manifest.replace(/("source": ")\w/, "$1x"));
  const before = await filesIn(dir);
  await assert.rejects(said(upgrade, { ...addOptions, dir }), /others than those.*0010_foundation/);
  assert.deepEqual(await filesIn(dir), before);
});
