import type { Database } from "../local/database.ts";
import { type Stack, startStack } from "../local/stack.ts";
import { Connection } from "./caller.ts";
import type { Case, Project, Read, Request, Variant, Write } from "./case.ts";
import type { Pair } from "./databases.ts";
import type { Round, Series } from "./results.ts";
import { ServerClock } from "./server_clock.ts";
import { median, percentile } from "./stats.ts";

/** Every round goes so many times through all variants, a few calls each. */
const slices = 5;
/** A slice of a slow variant ends here, after one call at least. */
const sliceMs = 300;
const warmUpMs = 500;

/** Runs a case: rounds of A B A B, with the sizes side by side, so that every ratio compares the same seconds. */
export async function measure(
  one: Case,
  pairs: readonly Pair[],
  rounds: number,
  onRound: (round: number) => void,
): Promise<Series[]> {
  const meters: Meter[] = [];
  const pool = new Pool();
  try {
    for (const pair of pairs) {
      for (const variant of one.variants(pair.size)) {
        meters.push(await Meter.open(variant, pair, pool, meters.length));
      }
    }
    for (const meter of meters) await meter.warmUp();
    for (let round = 1; round <= rounds; round++) {
      onRound(round);
      for (let slice = 0; slice < slices; slice++) {
        for (const meter of meters) await meter.slice(slice);
      }
      for (const meter of meters) meter.endRound();
    }
    return meters.map((meter) => meter.series());
  } finally {
    await pool.end();
  }
}

/** What the variants of a case take turns on: a connection each would be more than a server has. */
class Pool {
  readonly #opened = new Map<string, Connection[]>();
  readonly #stacks = new Map<string, Stack>();

  async take(database: Database, asSuperuser: boolean, count: number): Promise<Connection[]> {
    const url = asSuperuser ? database.adminUrl : database.authenticatorUrl;
    const opened = this.#opened.get(url) ?? [];
    this.#opened.set(url, opened);
    while (opened.length < count) opened.push(await Connection.open(database, asSuperuser));
    return opened.slice(0, count);
  }

  /** PostgREST, the functions and the gateway before a database. */
  async takeProject(database: Database): Promise<Project> {
    const url = database.adminUrl;
    const stack = this.#stacks.get(url) ??
      await startStack({ dbUrl: url, apiPort: 0, dbPort: 0 });
    this.#stacks.set(url, stack);
    return stack;
  }

  async end(): Promise<void> {
    for (const stack of this.#stacks.values()) await stack.stop();
    for (const opened of this.#opened.values()) {
      for (const connection of opened) await connection.end();
    }
  }
}

class Meter {
  readonly #variant: Variant;
  readonly #pair: Pair;
  /** Of a request none: PostgREST has its own. */
  readonly #connections: Connection[];
  readonly #callers: number;
  readonly #project: Project | undefined;
  readonly #admin: Connection;
  readonly #clock: ServerClock | undefined;
  /** Sets the prepared statements of this variant apart. */
  readonly #name: string;
  readonly #rounds: Round[] = [];
  readonly #all: number[] = [];
  #calls = 0;
  #times: number[] = [];
  #statementTimes: number[] = [];
  #wallMs = 0;
  #serverMs = 0;

  private constructor(
    variant: Variant,
    pair: Pair,
    opened: {
      connections: Connection[];
      callers: number;
      project: Project | undefined;
      admin: Connection;
      clock: ServerClock | undefined;
      name: string;
    },
  ) {
    this.#variant = variant;
    this.#pair = pair;
    this.#connections = opened.connections;
    this.#callers = opened.callers;
    this.#project = opened.project;
    this.#admin = opened.admin;
    this.#clock = opened.clock;
    this.#name = opened.name;
  }

  static async open(variant: Variant, pair: Pair, pool: Pool, nth: number): Promise<Meter> {
    const database: Database = pair[variant.database];
    const callers = variant.kind === "read" ? 1 : variant.callers ?? 1;
    const project = variant.kind === "request" ? await pool.takeProject(database) : undefined;
    const connections = variant.kind === "request"
      ? []
      : await pool.take(database, asSuperuser(variant), callers);
    // The second of its role: the first may be the one that is measured.
    const admin = (await pool.take(database, true, 2))[1] as Connection;
    const prepares = variant.kind === "write" && variant.before !== undefined;
    if (variant.setup !== undefined) await admin.query(variant.setup);
    // What is done before a call would count as the call's own.
    const clock = prepares ? undefined : await ServerClock.find(admin);
    return new Meter(variant, pair, {
      connections,
      callers,
      project,
      admin,
      clock,
      name: `measured ${nth}`,
    });
  }

  /** Twelve calls a connection: from the sixth on a server may keep the plan of a prepared statement. */
  async warmUp(): Promise<void> {
    await this.#configure();
    const calls = Math.min(this.#variant.calls, 12 * this.#callers);
    await this.#prepareSlice();
    await this.#run({ ...this.#variant, calls }, performance.now() + warmUpMs);
    this.#times = [];
    this.#statementTimes = [];
  }

  async slice(nth: number): Promise<void> {
    const share = this.#variant.calls / slices;
    const calls = Math.ceil((nth + 1) * share) - Math.ceil(nth * share);
    if (calls === 0) return;
    await this.#configure();
    await this.#prepareSlice();
    await this.#clock?.start();
    const started = performance.now();
    await this.#run({ ...this.#variant, calls }, started + sliceMs);
    this.#wallMs += performance.now() - started;
    this.#serverMs += await this.#clock?.read() ?? 0;
  }

  async #prepareSlice(): Promise<void> {
    if (this.#variant.beforeSlice === undefined) return;
    await this.#admin.query(this.#variant.beforeSlice);
    await Promise.all(
      this.#connections.map((connection) => this.#call(this.#variant, connection, this.#calls++)),
    );
  }

  async #configure(): Promise<void> {
    for (const connection of this.#connections) await connection.configure(this.#variant.settings);
  }

  endRound(): void {
    const { per = 1 } = this.#variant;
    const calls = this.#times.length;
    this.#rounds.push({
      ms: (this.#callers > 1 ? this.#wallMs / calls : median(this.#times)) / per,
      calls,
      statementMs: median(this.#statementTimes) / per,
      serverMs: this.#clock ? this.#serverMs / calls / per : null,
    });
    this.#all.push(...this.#times.map((ms) => ms / per));
    this.#times = [];
    this.#statementTimes = [];
    this.#wallMs = 0;
    this.#serverMs = 0;
  }

  series(): Series {
    const { label, side, settings = {} } = this.#variant;
    return {
      label,
      side,
      size: this.#pair.size.name,
      messages: this.#pair.loaded.product.messages,
      callers: this.#callers,
      settings: { ...settings },
      p95: percentile(this.#all, 0.95),
      rounds: this.#rounds,
    };
  }

  async #run(variant: Variant, end: number): Promise<void> {
    let done = 0;
    let left = variant.calls;
    const work = async (connection: Connection | undefined) => {
      while (left > 0 && (done === 0 || performance.now() < end)) {
        left -= 1;
        const call = this.#calls++;
        const { ms, statementMs } = await this.#call(variant, connection, call);
        this.#times.push(ms);
        this.#statementTimes.push(statementMs);
        done += 1;
      }
    };
    const [only] = this.#connections;
    if (variant.kind === "read") await only?.begin(variant.as);
    await Promise.all(
      Array.from({ length: this.#callers }, (_, nth) => work(this.#connections[nth])),
    );
    if (variant.kind === "read") await only?.commit();
  }

  async #call(
    variant: Variant,
    connection: Connection | undefined,
    call: number,
  ): Promise<Timed> {
    try {
      if (variant.kind === "request") return await request(variant, this.#project, call);
      if (!connection) throw new Error("no connection");
      return variant.kind === "write"
        ? await this.#write(variant, connection, call)
        : await read(variant, connection, this.#name, call);
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`${variant.label}, ${this.#pair.size.name}: ${message}`, { cause: error });
    }
  }

  async #write(variant: Write, connection: Connection, call: number): Promise<Timed> {
    for (const { text, values } of variant.before?.(call) ?? []) {
      await this.#admin.query(text, values);
    }
    const as = variant.as(call);
    const transactions = variant.transactions.map((statements) =>
      statements.map(({ sql, values }) => ({ sql, values: values(call) }))
    );
    let statementMs = 0;
    const started = performance.now();
    for (const [nth, statements] of transactions.entries()) {
      await connection.begin(as);
      for (const [place, { sql, values }] of statements.entries()) {
        const sent = performance.now();
        const rows = await connection.call(`${this.#name} ${nth} ${place}`, sql, values);
        statementMs += performance.now() - sent;
        refuseNothing(rows);
      }
      await connection.commit();
    }
    return { ms: performance.now() - started, statementMs };
  }
}

interface Timed {
  /** What the caller waited. */
  ms: number;
  /** Without what goes around the statements of a write. */
  statementMs: number;
}

async function read(
  variant: Read,
  connection: Connection,
  name: string,
  call: number,
): Promise<Timed> {
  const values = variant.values(call);
  const started = performance.now();
  const rows = await connection.call(name, variant.sql, values);
  const ms = performance.now() - started;
  refuseNothing(rows);
  return { ms, statementMs: ms };
}

/** All of it is the caller's wait: the way there and back is what a request is about. */
async function request(
  variant: Request,
  project: Project | undefined,
  call: number,
): Promise<Timed> {
  if (!project) throw new Error("no project");
  const { path, headers, body } = variant.send(project, call);
  const started = performance.now();
  const answer = await fetch(`${project.apiUrl}${path}`, { method: "POST", headers, body });
  const text = await answer.text();
  const ms = performance.now() - started;
  if (answer.status !== 200) throw new Error(`the answer is ${answer.status}: ${text}`);
  return { ms, statementMs: ms };
}

/** A call that found or wrote nothing measures nothing. */
function refuseNothing(rows: number): void {
  if (rows === 0) throw new Error("a call gave no row");
}

function asSuperuser(variant: Read | Write): boolean {
  const { role } = variant.kind === "write" ? variant.as(0) : variant.as;
  return ["superuser", "analyst"].includes(role);
}
