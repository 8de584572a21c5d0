import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import pg from "pg";
import { root } from "../local/paths.ts";
import { insertAnswer, searchIndex } from "./cases/messages.ts";
import { openSession } from "./data/chat.ts";
import { load } from "./data/load.ts";
import { parseSizes, type Size } from "./data/sizes.ts";
import { describeCheckout, describeMachine, loadOfMachine, machineName } from "./machine.ts";
import { openServer } from "./server.ts";
import { median, percentile, ratios, spread } from "./stats.ts";

const usage = `npm run bench:retention [-- --size 20k|200k|2m]
  What 8 writers notice of a retention run, how long all of it takes, and whether runs that are killed are made up
  for. Writes bench/results/retention.`;

const writers = 8;
/** Few, because a session that is written to is not old any more. */
const chats = 64;
const rounds = 5;
const secondsARound = 6;
const wanted = 2;

/** All at once and without the index, which takes a small part of the time. */
const words = `
  insert into public.message_search (user_id, created_at, message_id, session_id, brand_id, role, words)
  select m.user_id, m.created_at, m.id, m.session_id, m.brand_id, m.role,
    private.search_vector(m.content, m.user_id, s.language)
  from public.conversation_messages as m
  join public.conversation_sessions as s on s.id = m.session_id
  where m.user_id is not null and m.status <> 'streaming' and m.content <> ''
    and abs(hashtext(m.session_id::text) % 2) = $1::integer
  on conflict do nothing`;
const dropIndex = "drop index public.message_search_words_idx";
const makeIndex =
  "create index message_search_words_idx on public.message_search using gin (words)";

interface Writing {
  medianMs: number;
  p95Ms: number;
  writes: number;
}

/** How long single inserts of signed-in users take, 8 at once, into sessions that are in use. */
async function write(url: string, size: Size, seconds: number): Promise<Writing> {
  const { sql, values } = insertAnswer(size);
  const times: number[] = [];
  const until = performance.now() + seconds * 1000;
  await Promise.all(Array.from({ length: writers }, async (_, nth) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      for (let call = nth; performance.now() < until; call += writers) {
        const claims = JSON.stringify({
          sub: openSession(size, call % chats).user,
          role: "authenticated",
        });
        const began = performance.now();
        await client.query("begin");
        await client.query(
          "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true)",
          [claims],
        );
        await client.query({ name: "write", text: sql, values: [...values(call % chats)] });
        await client.query("commit");
        times.push(performance.now() - began);
      }
    } finally {
      await client.end();
    }
  }));
  return { medianMs: median(times), p95Ms: percentile(times, 0.95), writes: times.length };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { size: { type: "string", default: "2m" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) return console.log(usage);
  const [size] = parseSizes(values.size);
  if (!size) throw new Error(usage);
  const log = (line: string) => console.log(line);
  const loadBefore = loadOfMachine();
  await using server = await openServer({ keep: false, log });
  const { adminUrl } = await server.database(`turnbase_retention_${process.pid}`, root);
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(searchIndex("off"));
  const loaded = await load({
    url: adminUrl,
    side: "product",
    set: "chat",
    size,
    now: new Date().toISOString(),
  });
  log("Indexing the words...");
  await admin.query(dropIndex);
  const indexing = new pg.Pool({ connectionString: adminUrl, max: 2 });
  await Promise.all([0, 1].map((half) => indexing.query(words, [half])));
  await indexing.end();
  await admin.query(makeIndex);
  await admin.query(searchIndex("on"));
  const one = async <T>(sql: string): Promise<T> => (await admin.query(sql)).rows[0];
  // Every tenth session is pinned, every tenth held.
  await admin.query(
    `update public.conversation_sessions as s set pinned_at = now()
     from bench.sessions as b where b.id = s.id and b.number % 10 = 1`,
  );
  await admin.query(
    `insert into public.legal_holds (session_id, reason)
     select id, 'bench' from bench.sessions where number % 10 = 2`,
  );
  await admin.query(
    `insert into public.retention_policies (data_class, keep_days, action) values ('content', 2, 'wipe')`,
  );
  await admin.query("vacuum (analyze)");
  const kept = `
    select md5(string_agg(m.id || m.content || coalesce(m.metadata::text, ''), '' order by m.id)) as hash
    from public.conversation_messages as m
    join public.conversation_sessions as s on s.id = m.session_id
    where s.pinned_at is not null
      or exists (select 1 from public.legal_holds as h where h.session_id = s.id)`;
  await admin.query("select public.merge_usage()");
  const spent =
    "select sum(cost_usd)::text as cost, sum(requests)::text as requests from public.usage_daily";
  await write(adminUrl, size, 2);
  const { items } = await one<{ items: string }>(
    "select items from public.run_retention(60, true)",
  );
  const due = Number(items);

  let killed = 0;
  for (let round = 0; round < 5; round++) {
    const client = new pg.Client({ connectionString: adminUrl });
    client.on("error", () => undefined);
    await client.connect();
    const { rows: [{ pid }] } = await client.query("select pg_backend_pid() as pid");
    const run = client.query("select * from public.run_retention(3)").then(() => 0, () => 1);
    await wait(200 + 500 * round);
    await admin.query("select pg_terminate_backend($1)", [pid]);
    killed += await run;
    await client.end().catch(() => undefined);
  }

  const quiet: Writing[] = [];
  const busy: Writing[] = [];
  for (let round = 0; round < rounds; round++) {
    quiet.push(await write(adminUrl, size, secondsARound));
    let on = true;
    const runs = (async () => {
      while (on) await admin.query("select * from public.run_retention(1)");
    })();
    busy.push(await write(adminUrl, size, secondsARound));
    on = false;
    await runs;
    log(
      `round ${round + 1} of ${rounds}: ${quiet.at(-1)?.medianMs.toFixed(2)} ms alone, ` +
        `${busy.at(-1)?.medianMs.toFixed(2)} ms beside a run`,
    );
  }
  const before = { ...await one<object>(kept), ...await one<object>(spent) };

  for (;;) {
    const { is_complete } = await one<{ is_complete: boolean }>(
      "select is_complete from public.run_retention(5)",
    );
    if (is_complete) break;
  }
  const { done, rate } = await one<{ done: string; rate: string }>(
    `select sum(items) as done, sum(items) / sum(extract(epoch from ended_at - started_at)) as rate
     from public.retention_runs where not is_dry_run`,
  );
  // The two days of some end while all of this goes on.
  const { since } = await one<{ since: string }>(
    `select count(*) as since from public.conversation_sessions
     where wiped_at is not null and last_activity_at >= (
       select started_at - interval '2 days' from public.retention_runs where is_dry_run
     )`,
  );
  const { left } = await one<{ left: string }>(
    `select count(*) as left from public.conversation_sessions as s
     join public.conversation_messages as m on m.session_id = s.id
     where s.wiped_at is not null and m.created_at < s.wiped_at and m.content <> ''`,
  );
  const after = { ...await one<object>(kept), ...await one<object>(spent) };
  const { messages } = await one<{ messages: string }>(
    `select count(*) as messages from public.conversation_messages where content_mode = 'none'`,
  );
  await admin.end();

  const of = (writing: Writing[], key: "medianMs" | "p95Ms") => writing.map((one) => one[key]);
  const result = {
    measuredAt: new Date().toISOString(),
    checkout: await describeCheckout(root),
    machine: describeMachine(),
    loadBefore,
    size: size.name,
    messages: loaded.messages,
    sessions: loaded.sessions,
    writers,
    alone: quiet,
    besideARun: busy,
    timesAsLong: {
      median: spread(ratios(of(busy, "medianMs"), of(quiet, "medianMs"))),
      p95: spread(ratios(of(busy, "p95Ms"), of(quiet, "p95Ms"))),
    },
    dueByDryRun: due,
    dueSince: Number(since),
    wipedByRuns: Number(done),
    messagesWiped: Number(messages),
    runsKilled: killed,
    sessionsPerSecond: Math.round(Number(rate)),
    textsLeft: Number(left),
    pinnedAndHeldAsBefore: JSON.stringify(before) === JSON.stringify(after),
  };
  const folder = join(root, "bench", "results", "retention");
  await mkdir(folder, { recursive: true });
  const file = `${result.measuredAt.slice(0, 10)}-${machineName(result.machine)}.json`;
  await writeFile(join(folder, file), `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify({ ...result, alone: undefined, besideARun: undefined }, null, 2));
  const failures = [
    result.timesAsLong.median.median > wanted && `writers wait more than ${wanted} times as long`,
    result.dueByDryRun + result.dueSince !== result.wipedByRuns && "dry run and runs do not agree",
    result.textsLeft > 0 && "texts are left",
    !result.pinnedAndHeldAsBefore && "what is pinned or held, or the ledger, has changed",
    killed === 0 && "no run was killed",
  ].filter((failure) => failure !== false);
  for (const failure of failures) console.log(`✗ ${failure}`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

await main();
