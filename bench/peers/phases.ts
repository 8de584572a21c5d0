import { readdir, readFile } from "node:fs/promises";
import pg from "pg";
import { percentile } from "../stats.ts";
import type { Contender, Place, Store } from "./contender.ts";
import { callers } from "./contenders/pool.ts";
import { randomFrom, shuffled, type Thread, threadOf, type Turn, turnOf, turnsOf } from "./data.ts";
import { activityProblem, readProblem, usageProblem } from "./gates.ts";
import type { Figure, Phase } from "./results.ts";

/** How much is stored and read; the same work for everybody, but for the slow ones, who get fewer threads. */
export interface Scale {
  /** Of a round's writes. */
  threads: number;
  turnsPerThread: number;
  /** Preloaded threads, of 200 messages each. */
  loaded: number;
  reads: number;
  /** A phase of reads ends here, after five calls at least. */
  phaseMs: number;
}

/** Of a preloaded thread. */
const loadedTurns = 100;
const longTurns = 2500;
const batchTurns = 100;
const removedARound = 5;
/** Threads of other kinds, by number; the long one and those to be deleted have a user of their own. */
const kinds = { own: 0, warm: 20_000, apart: 30_000, batch: 40_000, loaded: 50_000, spare: 70_000 };
const longThread = threadOf(80_000, 1000);

function threads(kind: keyof typeof kinds, count: number): Thread[] {
  return Array.from({ length: count }, (_, n) => threadOf(kinds[kind] + n));
}

function spareThread(number: number): Thread {
  return threadOf(kinds.spare + number, 1001);
}

type Report = (figure: Figure) => void;

/** Fills the store that reads are measured on. Who loads a user's threads goes in order, so that the newest is known. */
export async function load(contender: Contender, place: Place, scale: Scale, rounds: number) {
  const store = await contender.open(place);
  try {
    const all = threads("loaded", scale.loaded);
    const users = [...new Set(all.map(({ user }) => user))];
    const fill = async (thread: Thread, turns: number) => {
      await store.createThread(thread);
      await store.load(thread, turnsOf(thread.number, turns));
      process.send?.({ alive: true });
    };
    const spare = Array.from({ length: removedARound * rounds }, (_, n) => spareThread(n));
    await fill(longThread, longTurns);
    const queues = [...users.map((user) => all.filter((thread) => thread.user === user)), spare];
    await Promise.all(Array.from({ length: 4 }, async () => {
      for (let own = queues.shift(); own !== undefined; own = queues.shift()) {
        for (const thread of own) await fill(thread, loadedTurns);
      }
    }));
    const expected = 2 * (longTurns + loadedTurns * (all.length + spare.length));
    const count = await store.count();
    return { messages: expected, problem: countProblem(count, expected) };
  } finally {
    await store.close();
  }
}

function countProblem(count: number, expected: number): string | undefined {
  return count === expected ? undefined : `count: ${count} messages instead of ${expected}`;
}

/** One round on a store that is new, and on the one that is full. */
export async function runRound(
  contender: Contender,
  { fresh, full }: { fresh: Place; full: Place },
  { scale, round, report }: { scale: Scale; round: number; report: Report },
): Promise<void> {
  const notNewest = await writeRound(contender, fresh, scale, report);
  await readRound(contender, full, {
    scale,
    round,
    report: (figure) =>
      report(
        figure.phase === "list 20" ? { ...figure, problem: figure.problem ?? notNewest } : figure,
      ),
  });
}

/** Gives what is wrong with lists, which are timed on the full store. */
async function writeRound(
  contender: Contender,
  place: Place,
  scale: Scale,
  report: Report,
): Promise<string | undefined> {
  const meter = await Meter.open(place);
  const store = await contender.open(place);
  try {
    const own = threads("own", scale.threads);
    const warm = threads("warm", callers);
    const apart = threads("apart", scale.threads);
    const batches = store.batch ? threads("batch", 3) : [];
    await inParallel(
      [...own, ...warm, ...apart, ...batches],
      (thread) => store.createThread(thread),
    );
    process.send?.({ alive: true });
    const { turnsPerThread } = scale;
    const warmTurns = contender.slow ? 3 : Math.ceil(200 / callers);
    await inParallel(warm, async (thread) => {
      for (const turn of turnsOf(thread.number, warmTurns)) await store.turn(thread, turn);
    });
    process.send?.({ alive: true });
    let stored = 2 * warmTurns * warm.length;
    await meter.analyze();
    const check = async (added: number) => {
      stored += added;
      return countProblem(await store.count(), stored);
    };

    const write = (
      phase: Phase,
      { turns, from, list, at }: {
        turns: number;
        from: number;
        list: readonly Thread[];
        at: number;
      },
    ) =>
      meter.time(
        phase,
        "turns",
        turns * list.length,
        (times) =>
          inTurns(list, turns, at, async (thread, n) => {
            const turn = made.get(thread.number)?.[from + n] ?? turnOf(thread.number, from + n);
            const started = performance.now();
            await (list === apart ? store.apart(thread, turn) : store.turn(thread, turn));
            times.push(performance.now() - started);
          }),
      );
    // Made beforehand: what the driver does is not the store's work.
    const made = new Map<number, Turn[]>();
    for (const { number } of own) made.set(number, turnsOf(number, 2 * turnsPerThread));
    for (const { number } of apart) made.set(number, turnsOf(number, turnsPerThread / 2));
    const before = await meter.bytes();

    let figure = await write("write 1", { turns: turnsPerThread, from: 0, list: own, at: 1 });
    figure.problem = await check(2 * own.length * turnsPerThread);
    report(figure);

    figure = await write("write 16", {
      turns: turnsPerThread,
      from: turnsPerThread,
      list: own,
      at: callers,
    });
    figure.problem = await check(2 * own.length * turnsPerThread);
    figure.bytes = (await meter.bytes() - before) / (2 * turnsPerThread * own.length);
    report(figure);

    await meter.analyze();
    await warmUp(contender, (n) => store.last(own[n % own.length] ?? longThread, 50));
    report(
      await read(meter, store, "last 50 of 80", {
        list: own,
        turns: 2 * turnsPerThread,
        scale,
        seed: 1,
      }),
    );

    const [oldest] = own;
    let notNewest: string | undefined;
    if (store.list && oldest) {
      await store.turn(oldest, turnOf(oldest.number, 2 * turnsPerThread));
      notNewest = await check(2) ??
        activityProblem(store.listed?.(await store.list(oldest.user, 20)), oldest.id);
    }

    figure = await write("apart 16", {
      turns: turnsPerThread / 2,
      from: 0,
      list: apart,
      at: callers,
    });
    figure.problem = await check(own.length * turnsPerThread) ??
      await threadProblem(store, apart[0], turnsPerThread / 2);
    report(figure);

    if (store.batch) {
      const turns = batches.map(({ number }) => turnsOf(number, batchTurns));
      figure = await meter.time("batch", "turns", batchTurns * batches.length, async (times) => {
        for (const [n, thread] of batches.entries()) {
          const started = performance.now();
          await store.batch?.(thread, turns[n] ?? []);
          times.push(performance.now() - started);
        }
      });
      figure.problem = await check(2 * batchTurns * batches.length) ??
        await threadProblem(store, batches[0], batchTurns);
      report(figure);
    }
    return notNewest;
  } finally {
    await store.close();
    await meter.close();
  }
}

async function readRound(
  contender: Contender,
  place: Place,
  { scale, round, report }: { scale: Scale; round: number; report: Report },
) {
  const meter = await Meter.open(place);
  const store = await contender.open(place);
  try {
    const all = threads("loaded", scale.loaded);
    const random = randomFrom(round);
    const users = [...new Set(all.map(({ user }) => user))];
    const mixed = shuffled(all, random);
    const userOf = (n: number) => users[n % users.length] ?? "";
    await warmUp(contender, (n) => store.last(mixed[n % mixed.length] ?? longThread, 50));
    await warmUp(contender, (n) => store.list?.(userOf(n), 20));
    await warmUp(contender, (n) => store.usage?.(userOf(n)));
    report(
      await read(meter, store, "last 50 of 200", {
        list: all,
        turns: loadedTurns,
        scale,
        seed: round,
      }),
    );
    const fewer = { ...scale, reads: Math.ceil(scale.reads / 4) };
    report(
      await read(meter, store, "last 50 of 5,000", {
        list: [longThread],
        turns: longTurns,
        scale: fewer,
        seed: round,
      }),
    );
    if (store.list) {
      let problem: string | undefined;
      const figure = await meter.time("list 20", "calls", fewer.reads, async (times) => {
        for (const n of counting(fewer.reads, scale.phaseMs)) {
          const user = users[Math.floor(random() * users.length)] ?? "";
          const started = performance.now();
          const found = await store.list?.(user, 20);
          times.push(performance.now() - started);
          const newest = all.filter((thread) => thread.user === user).slice(-20).reverse();
          const wanted = newest.map(({ id }) => id).join();
          if (n < 20 && store.listed?.(found).join() !== wanted) {
            problem ??= "list: not the 20 newest";
          }
        }
      });
      report({ ...figure, problem });
    }
    if (store.usage) {
      let problem: string | undefined;
      const figure = await meter.time(
        "usage",
        "calls",
        Math.ceil(fewer.reads / 2),
        async (times) => {
          for (const _ of counting(Math.ceil(fewer.reads / 2), scale.phaseMs)) {
            const user = users[Math.floor(random() * users.length)] ?? "";
            const started = performance.now();
            const usage = await store.usage?.(user);
            times.push(performance.now() - started);
            problem ??= usageProblem(usage, metasOf(all, user));
          }
        },
      );
      report({ ...figure, problem });
    }
    if (store.remove) {
      const before = await store.count();
      const doomed = Array.from(
        { length: removedARound },
        (_, n) => spareThread(round * removedARound + n),
      );
      const figure = await meter.time("delete 200", "calls", doomed.length, async (times) => {
        for (const thread of doomed) {
          const started = performance.now();
          await store.remove?.(thread);
          times.push(performance.now() - started);
        }
      });
      const each = store.countsThreads ? 1 : 2 * loadedTurns;
      figure.problem = countProblem(await store.count(), before - each * doomed.length);
      report(figure);
    }
  } finally {
    await store.close();
    await meter.close();
  }
}

/**
 * Unmeasured: a process that has run for a while has called everything on each connection so often that the server keeps
 * the plan of a prepared statement, which it does from the sixth call on.
 */
async function warmUp(
  { slow }: Contender,
  call: (n: number) => Promise<unknown> | undefined,
): Promise<void> {
  const calls = callers * (slow ? 2 : 10);
  const end = performance.now() + 3000;
  await inParallel(Array.from({ length: calls }, (_, n) => n), async (n) => {
    if (n < callers || performance.now() < end) await call(n);
  });
  process.send?.({ alive: true });
}

const metas = new Map<string, ReturnType<typeof turnOf>["meta"][]>();
function metasOf(all: readonly Thread[], user: string) {
  const found = metas.get(user) ?? all.filter((thread) => thread.user === user)
    .flatMap(({ number }) => turnsOf(number, loadedTurns).map(({ meta }) => meta));
  metas.set(user, found);
  return found;
}

/** Reads one after another, each looked through; only the reading is timed. */
async function read(
  meter: Meter,
  store: Store,
  phase: Phase,
  { list, turns, scale, seed }: {
    list: readonly Thread[];
    turns: number;
    scale: Scale;
    seed: number;
  },
): Promise<Figure> {
  const random = randomFrom(1000 + seed);
  let problem: string | undefined;
  const figure = await meter.time(phase, "calls", scale.reads, async (times) => {
    for (const _ of counting(scale.reads, scale.phaseMs)) {
      const thread = list[Math.floor(random() * list.length)];
      if (!thread) throw new Error("no thread");
      const started = performance.now();
      const found = await store.last(thread, 50);
      times.push(performance.now() - started);
      problem ??= readProblem(store.shown(found), thread.number, turns, 50);
    }
  });
  return { ...figure, problem };
}

/** Whether a thread of few messages reads back whole. */
async function threadProblem(store: Store, thread: Thread | undefined, turns: number) {
  if (!thread) return undefined;
  const count = Math.min(50, 2 * turns);
  return readProblem(store.shown(await store.last(thread, count)), thread.number, turns, count);
}

/** 0, 1, 2 ... until there are enough or time is up. */
function* counting(count: number, ms: number): Generator<number> {
  const end = performance.now() + ms;
  for (let n = 0; n < count && (n < 5 || performance.now() < end); n++) yield n;
}

/** Every thread gets its turns in order, from one queue; no thread is with two callers at once. */
async function inTurns(
  list: readonly Thread[],
  turns: number,
  atOnce: number,
  use: (thread: Thread, turn: number) => Promise<void>,
): Promise<void> {
  const queue = list.map((thread) => ({ thread, turn: 0 }));
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await use(next.thread, next.turn);
      if (next.turn + 1 < turns) queue.push({ ...next, turn: next.turn + 1 });
    }
  }));
}

async function inParallel<T>(items: readonly T[], use: (item: T) => Promise<unknown>) {
  const queue = [...items];
  await Promise.all(Array.from({ length: callers }, async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await use(next);
  }));
}

/** What a phase costs, on both sides of the connection. */
class Meter {
  /** In another database, so that its own statements are not counted. */
  readonly #server: pg.Client;
  readonly #admin: pg.Client;
  /** The process whose children serve connections; none on a system without /proc. */
  readonly #postmaster: string | undefined;

  private constructor(server: pg.Client, admin: pg.Client, postmaster: string | undefined) {
    this.#server = server;
    this.#admin = admin;
    this.#postmaster = postmaster;
  }

  static async open({ adminUrl }: Place): Promise<Meter> {
    const url = new URL(adminUrl);
    url.pathname = "/postgres";
    const server = new pg.Client({ connectionString: url.href });
    const admin = new pg.Client({ connectionString: adminUrl });
    await server.connect();
    await admin.connect();
    const { rows: [row] } = await server.query<{ pid: number }>("select pg_backend_pid() as pid");
    return new Meter(server, admin, await parentOf(String(row?.pid)));
  }

  async time(
    phase: Phase,
    unit: Figure["unit"],
    wanted: number,
    work: (times: number[]) => Promise<unknown>,
  ): Promise<Figure> {
    const times: number[] = [];
    const before = await this.#readings();
    const cpu = process.cpuUsage();
    const started = performance.now();
    await work(times);
    const wallMs = performance.now() - started;
    const { user, system } = process.cpuUsage(cpu);
    const after = await this.#readings();
    const done = unit === "turns" ? wanted : times.length;
    const busyMs = times.reduce((sum, ms) => sum + ms, 0);
    return {
      phase,
      unit,
      calls: times.length,
      // Reads are looked through between calls, which is not their time.
      perSecond: 1000 * done / (unit === "turns" ? wallMs : busyMs),
      p50: percentile(times, 0.5),
      p95: percentile(times, 0.95),
      p99: percentile(times, 0.99),
      statements: after.calls === null || before.calls === null
        ? null
        : (after.calls - before.calls) / done,
      walBytes: (after.wal - before.wal) / done,
      cpuMs: unit === "turns" ? (user + system) / 1000 / done : null,
      serverCpuMs: after.cpuMs === null || before.cpuMs === null
        ? null
        : (after.cpuMs - before.cpuMs) / done,
      bytes: null,
      problem: undefined,
    };
  }

  async #readings(): Promise<{ calls: number | null; wal: number; cpuMs: number | null }> {
    const { rows } = await this.#server.query<{ wal: string }>(
      "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as wal",
    );
    return {
      calls: await this.#calls(),
      wal: Number(rows[0]?.wal),
      cpuMs: this.#postmaster === undefined ? null : await cpuOfChildren(this.#postmaster),
    };
  }

  async #calls(): Promise<number | null> {
    const { rows: [found] } = await this.#server.query(
      "select from pg_catalog.pg_extension where extname = 'pg_stat_statements'",
    );
    if (!found) return null;
    const { rows } = await this.#server.query<{ calls: string }>(
      `select coalesce(sum(s.calls), 0) as calls
       from pg_stat_statements as s
       join pg_catalog.pg_database as d on d.oid = s.dbid
       where d.datname = $1 and s.toplevel`,
      [this.#admin.database],
    );
    return Number(rows[0]?.calls);
  }

  async analyze(): Promise<void> {
    await this.#admin.query("analyze");
  }

  /** Of all tables that are not the server's own, with their indexes. */
  async bytes(): Promise<number> {
    const { rows } = await this.#admin.query<{ bytes: string }>(
      `select sum(pg_total_relation_size(c.oid)) as bytes
       from pg_catalog.pg_class as c
       join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
       where c.relkind in ('r', 'm') and n.nspname !~ '^(pg_|information_schema)'`,
    );
    return Number(rows[0]?.bytes);
  }

  async close(): Promise<void> {
    await this.#server.end();
    await this.#admin.end();
  }
}

async function parentOf(pid: string): Promise<string | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return /^PPid:\s+(\d+)/m.exec(status)?.[1];
}

/** Milliseconds on a processor, of all the server's processes that live. */
async function cpuOfChildren(parent: string): Promise<number | null> {
  let ns = 0;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    if (await parentOf(pid) !== parent) continue;
    const spent = await readFile(`/proc/${pid}/schedstat`, "utf8").catch(() => undefined);
    if (spent === undefined) continue;
    ns += Number(spent.split(" ")[0]);
  }
  return ns > 0 ? ns / 1e6 : null;
}
