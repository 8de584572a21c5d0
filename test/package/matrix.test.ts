import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type pg from "pg";
import { migrationText, testFiles } from "../../cli/bundle.ts";
import { type Choice, choose, isOptional, type Part, readParts } from "../../cli/parts.ts";
import { root } from "../../local/paths.ts";
import { put } from "../cli/support.ts";
import { installPgtap } from "../pgtap/install.ts";
import { runPgtap } from "../pgtap/run.ts";
import { openServer, scratchDatabase } from "../run/server.ts";
import { sample, shareAnalyst, withClient } from "./support.ts";

const parts = readParts(root);

/** What an app does first, by calls of the files that are never left out. */
const conversation = `
  insert into auth.users (id, email) values ('10000000-0000-4000-8000-0000000000aa', 'matrix@example.com');
  begin;
  select set_config('request.jwt.claims',
    '{"sub": "10000000-0000-4000-8000-0000000000aa", "role": "authenticated"}', true);
  set local role authenticated;
  insert into public.conversation_sessions (title) values ('Hello');
  insert into public.conversation_messages (session_id, role, content, tokens_used, cost_usd, provider, model_used)
  select s.id, m.role::public.message_role, m.content, 10, 0.25, 'openai', 'gpt-4o'
  from public.conversation_sessions as s, (values ('user', 'Hello?'), ('assistant', 'Hello.')) as m (role, content);
  select public.set_session_state(s.id, 'gathering') from public.conversation_sessions as s;
  update public.conversation_sessions set title = 'Hello again';
  select public.complete_conversation_session(s.id) from public.conversation_sessions as s;
  commit;
  begin;
  select set_config('request.jwt.claims',
    '{"sub": "10000000-0000-4000-8000-0000000000aa", "role": "authenticated"}', true);
  set local role authenticated;
  select public.get_session_cost(s.id)::text as cost,
    (select count(*)::int from public.get_conversation_history(s.id)) as messages,
    (select count(*)::int from public.get_session_message_stats(s.id)) as roles
  from public.conversation_sessions as s;
  commit;`;

/** What goes when the user goes; with what hangs on it. */
const farewell = `
  delete from auth.users where email = 'matrix@example.com';
  select count(*)::int as messages from public.conversation_messages;`;

test("each part may be left out: the rest applies, answers, is whole and passes its tests", {
  timeout: 900_000,
}, async (t) => {
  await using server = await openServer();
  // Files before the one that is left out are applied once for all.
  await using base = await scratchDatabase(server.adminUrl, false);
  await withClient(base.database.adminUrl, installPgtap);
  await shareAnalyst(base.database);
  const always = server.hasVector ? [] : ["embeddings"];
  if (always.length > 0) console.log("# Left out: embeddings (this server has no pgvector)");
  const folder = await mkdtemp(join(tmpdir(), "turnbase-matrix-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const whole = choose(parts, always);
  const ran = new Set<string>();
  if (sample.every > 1) console.log(sample.says);
  let optional = 0;
  for (const [index, part] of parts.entries()) {
    if (isOptional(part) && sample.has(optional++)) {
      const choice = choose(parts, [...always, part.name]);
      const files = testFiles(choice);
      const share = chooseTests(files.map(([name]) => name), choice);
      await t.test(`without ${part.name}`, async () => {
        await onCopy(base.database, async (urls) => {
          const later = choice.parts.filter((one) => parts.indexOf(one) > index);
          await apply(urls.dbUrl, later, choice);
          const own = join(folder, part.name);
          for (const [name, text] of files) {
            if (share.includes(name) || name.endsWith(".psql")) await put(own, name, text);
          }
          for (const name of share) ran.add(name);
          const lines: string[] = [];
          const { passed, failed } = await runPgtap({
            ...urls,
            files: share.map((name) => join(own, name)),
            log: (line) => lines.push(line),
          });
          assert.equal(failed, 0, lines.filter((line) => !/^ *(✓|-)/.test(line)).join("\n"));
          assert.ok(passed > 0);
          await check(urls, choice);
        });
      });
    }
    if (whole.parts.includes(part)) await apply(base.database.dbUrl, [part], whole);
  }
  console.log(`# ${ran.size} pgTAP files ran, each with one part or another left out`);
});

/** The whole of S3, what is held, and some tests of what mentions a part that is out: there is what may break. */
function chooseTests(names: readonly string[], choice: Choice): string[] {
  const gone = choice.without.flatMap(({ objects }) => objects).map(({ name }) => name);
  const mentions = choice.parts.filter(({ name, text }) =>
    !["foundation", "data-classes", "store-doctor"].includes(name) &&
    gone.some((object) => text.includes(object))
  );
  const folders = new Set(
    mentions.flatMap(({ objects }) => objects).map(({ name }) => name.split(".")[1]),
  );
  const tests = names.filter((name) => name.endsWith(".test.sql"));
  const near = tests.filter((name) => folders.has(name.split("/")[0]));
  return [
    ...tests.filter((name) => name.startsWith("s3/") || name.startsWith("legal_holds/nothing_")),
    ...spread(near, 3),
    ...spread(tests.filter((name) => !near.includes(name)), 1),
  ];
}

function spread(all: readonly string[], count: number): string[] {
  const step = Math.max(1, all.length / count);
  return all.filter((_, place) => Math.floor(place / step) > Math.floor((place - 1) / step));
}

async function apply(dbUrl: string, some: readonly Part[], choice: Choice): Promise<void> {
  await withClient(dbUrl, async (client) => {
    for (const part of some) {
      await client.query("begin");
      await client.query(migrationText(part, choice)).catch((error: unknown) => {
        throw new Error(`${part.file}: ${String(error)}`);
      });
      await client.query("commit");
    }
  });
}

async function check(urls: { dbUrl: string; adminUrl: string }, choice: Choice): Promise<void> {
  await withClient(urls.adminUrl, async (client) => {
    assert.deepEqual(await last(client, conversation), { cost: "0.50", messages: 2, roles: 2 });
    if (choice.parts.some(({ name }) => name === "store-doctor")) {
      const { rows } = await client.query(
        "select c.check, c.detail from public.store_doctor(true) as c where not c.ok",
      );
      assert.deepEqual(rows, []);
    }
    assert.deepEqual(await last(client, farewell), { messages: 0 });
  });
}

/** The row of the last statement that has one. */
async function last(client: pg.Client, sql: string): Promise<unknown> {
  // A query of several statements has several results.
  const results = (await client.query(sql)) as unknown as pg.QueryResult[];
  return results.findLast(({ rows }) => rows.length > 0)?.rows[0];
}

async function onCopy(
  base: { dbUrl: string; adminUrl: string },
  use: (urls: { dbUrl: string; adminUrl: string }) => Promise<void>,
): Promise<void> {
  const from = new URL(base.adminUrl).pathname.slice(1);
  const name = `${from}_copy`;
  const home = new URL(base.adminUrl);
  home.pathname = "/postgres";
  const on = (url: string) => {
    const own = new URL(url);
    own.pathname = `/${name}`;
    return own.href;
  };
  await withClient(home.href, async (client) => {
    await client.query(`create database ${name} template ${from}`);
    await client.query(
      `grant create, connect, temporary on database ${name} to ${new URL(base.dbUrl).username}`,
    );
    await client.query(`alter database ${name} set synchronous_commit = off`);
  });
  try {
    await use({ dbUrl: on(base.dbUrl), adminUrl: on(base.adminUrl) });
  } finally {
    await withClient(home.href, (client) => client.query(`drop database ${name} with (force)`));
  }
}
