import type { Meta, Thread, Turn } from "./data.ts";

type Group = "direct" | "http";

/** Where a contender keeps its data. */
export interface Place {
  /** The superuser's: what a README calls the connection string. */
  adminUrl: string;
  /** What PostgREST logs in as; of a database that looks like a Supabase project's alone. */
  authenticatorUrl: string;
}

/** What a read gives, in the order in which it gives it. */
export interface Shown {
  role: string;
  text: string;
  meta?: Partial<Record<keyof Meta, unknown>> | undefined;
}

export interface Usage {
  tokens: number;
  cost: number;
  p95: number;
}

/** A contender at work. What a call gives is read by `shown` and `listed`, which nobody times. */
export interface Store {
  createThread(thread: Thread): Promise<void>;
  /** Question and answer, in the way that its documents show. */
  turn(thread: Thread, turn: Turn): Promise<void>;
  /** The question when it is asked, the answer when it is there: two calls. */
  apart(thread: Thread, turn: Turn): Promise<void>;
  /** Many turns of one thread in as few calls as it has. */
  batch?(thread: Thread, turns: readonly Turn[]): Promise<void>;
  /** Fills an empty thread, in any way that leaves what `turn` would. */
  load(thread: Thread, turns: readonly Turn[]): Promise<void>;
  /** The last messages, oldest first once shown. */
  last(thread: Thread, count: number): Promise<unknown>;
  shown(read: unknown): Shown[];
  /** A user's threads, last active first. */
  list?(user: string, count: number): Promise<unknown>;
  listed?(read: unknown): string[];
  remove?(thread: Thread): Promise<void>;
  /** Tokens, cost and the 95th percentile of the latency, of one user today (UTC). */
  usage?(user: string): Promise<Usage>;
  /** What `count` counts in a store that another process filled, where messages cannot be told apart there. */
  readonly countsThreads?: true;
  /** Messages in the store, as the tables have them. */
  count(): Promise<number>;
  close(): Promise<void>;
}

export interface Contender {
  name: string;
  group: Group;
  /** Ours; published or hand-written code that has to be beaten; what is only looked at. */
  kind: "product" | "rival" | "reference";
  /** The package whose version is shown, in bench/peers; none for our own SQL. */
  packages: readonly string[];
  /** Whether both messages of a turn are there or neither is. */
  atomic: boolean;
  /** Some fifty turns a second: a fifth of the threads, as many turns in each. */
  slow?: true;
  /** "project": bootstrapped as Supabase's; "turnbase": with the migrations as well. */
  database: "plain" | "project" | "turnbase";
  /** How it differs from what its README shows, and what it does not do. */
  notes: readonly string[];
  /** Makes its tables. */
  setup(place: Place): Promise<void>;
  open(place: Place): Promise<Store>;
}
