import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import {
  insertMessage,
  type Random,
  type Role,
  type Rows,
  UserConnection,
  type Values,
} from "../server/support.ts";

/** One call of a client, and what it changes: all of it, or nothing. */
export interface Call {
  what: string;
  role: Role;
  sql: string;
  values: Values;
  adds?: Message[];
  removes?: string[];
  /** Text that is added to a message. */
  grows?: { id: string; seq: number; text: string };
  ends?: string;
  edits?: string;
  hold?: { id: string; becomes: "held" | "settled" | "released" };
}

export interface Message {
  id: string;
  session: string;
  content: string;
  status: string;
  isEdited: boolean;
  /** Tool executions that hang on it. */
  runs: number;
}

/** What the database owes its clients: everything that it acknowledged, and nothing else. */
export class Book {
  readonly messages = new Map<string, Message>();
  readonly holds = new Map<string, string>();
  readonly acknowledged: Record<string, number> = {};

  /** Said twice, it is said once. */
  enter(call: Call): void {
    for (const message of call.adds ?? []) this.messages.set(message.id, { ...message });
    for (const id of call.removes ?? []) this.messages.delete(id);
    const grown = call.grows && this.messages.get(call.grows.id);
    if (grown && call.grows) {
      grown.content = textUpTo(grown.content, call.grows.seq) + call.grows.text;
    }
    const ended = call.ends === undefined ? undefined : this.messages.get(call.ends);
    if (ended) ended.status = "complete";
    const edited = call.edits === undefined ? undefined : this.messages.get(call.edits);
    if (edited) edited.isEdited = true;
    if (call.hold) this.holds.set(call.hold.id, call.hold.becomes);
  }

  acknowledge(call: Call): void {
    this.enter(call);
    this.acknowledged[call.what] = (this.acknowledged[call.what] ?? 0) + 1;
  }
}

/** Deltas are words with their numbers, so that what is there says which. */
function textUpTo(content: string, seq: number): string {
  return content.split(" ").slice(0, seq - 1).map((word) => `${word} `).join("");
}

export interface Home {
  user: string;
  /** Written to by all writers of the user: only ever longer. */
  shared: string;
  /** Of one writer, with versions and deletes. */
  branchy: string;
  /** Of one writer, for answers that are streamed. */
  streamed: string;
}

/** A client that makes one call after another, of every kind. */
export class Writer {
  readonly #home: Home;
  readonly #random: Random;
  readonly #book: Book;
  #stream: { id: string; next: number; last: number } | undefined;
  #hold: string | undefined;
  #count = 0;

  constructor(home: Home, random: Random, book: Book) {
    this.#home = home;
    this.#random = random;
    this.#book = book;
  }

  get user(): string {
    return this.#home.user;
  }

  next(): Call {
    this.#count += 1;
    const kind = this.#random.int(100);
    if (kind < 25) return this.#insert(this.#home.shared);
    if (kind < 45) return this.#turn();
    if (kind < 55) return this.#append();
    if (kind < 75) return this.#streaming();
    if (kind < 82) return this.#insert(this.#home.branchy);
    if (kind < 88) return this.#edit();
    if (kind < 91) return this.#selectBranch();
    if (kind < 95) return this.#delete();
    return this.#budget();
  }

  /** Afterwards: what was acknowledged is what the writer goes on from. */
  done(call: Call): void {
    this.#book.acknowledge(call);
    if (call.what === "begin_message") {
      const id = call.adds?.[0]?.id ?? "";
      this.#stream = { id, next: 1, last: 2 + this.#random.int(8) };
    } else if (call.grows && this.#stream) this.#stream.next = call.grows.seq + 1;
    else if (call.ends) this.#stream = undefined;
    else if (call.hold) this.#hold = call.hold.becomes === "held" ? call.hold.id : undefined;
  }

  #text(): string {
    return `${this.#count}-${this.#random.int(1e9)} ${"word ".repeat(this.#random.int(30))}`;
  }

  #message(session: string, more: Partial<Message> = {}): Message {
    const plain = { content: this.#text(), status: "complete", isEdited: false, runs: 0 };
    return { id: this.#random.uuid(), session, ...plain, ...more };
  }

  #insert(session: string): Call {
    const row = this.#message(session);
    const cost = `0.${String(this.#random.int(10 ** 9)).padStart(14, "0")}`;
    return {
      what: "insert",
      role: "authenticated",
      sql: insertMessage,
      values: [
        row.id,
        session,
        this.#random.pick(["user", "assistant"]),
        row.content,
        this.#random.int(500),
        cost,
      ],
      adds: [row],
    };
  }

  #turn(reservation?: string): Call {
    const session = this.#home.shared;
    const runs = this.#random.int(4) === 0 ? 1 + this.#random.int(3) : 0;
    const asked = this.#message(session);
    const answer = this.#message(session, { id: answerIdOf(asked.id), runs });
    const tools = Array.from({ length: runs }, (_, n) => ({
      tool_name: "search",
      status: "completed",
      tokens_used: n + this.#random.int(90),
    }));
    return {
      what: reservation ? "log_turn with a hold" : "log_turn",
      // A hold is the user's who took it.
      role: reservation ? "authenticated" : this.#random.pick(["authenticated", "service_role"]),
      sql: `select from public.log_turn($1, $2, $3, $4, 'openai', 'gpt-4o',
        p_input_tokens => $5, p_output_tokens => $6, p_latency_ms => $7,
        p_reservation_id => $8, p_tool_executions => $9)`,
      values: [
        session,
        asked.id,
        asked.content,
        answer.content,
        this.#random.int(9000),
        this.#random.int(900),
        this.#random.int(9999),
        reservation ?? null,
        runs === 0 ? null : JSON.stringify(tools),
      ],
      adds: [asked, answer],
      ...(reservation ? { hold: { id: reservation, becomes: "settled" as const } } : {}),
    };
  }

  #append(): Call {
    const session = this.#home.shared;
    const rows = Array.from(
      { length: 2 + this.#random.int(this.#random.pick([4, 40])) },
      () => this.#message(session),
    );
    const sent = rows.map(({ id, content }, nth) => ({
      id,
      content,
      role: nth % 2 === 0 ? "user" : "assistant",
      tokens_used: nth,
    }));
    return {
      what: "append_messages",
      role: this.#random.pick(["authenticated", "service_role"]),
      sql: "select from public.append_messages($1, $2)",
      values: [session, JSON.stringify(sent)],
      adds: rows,
    };
  }

  #streaming(): Call {
    const session = this.#home.streamed;
    if (!this.#stream) {
      const row = this.#message(session, { content: "", status: "streaming" });
      return {
        what: "begin_message",
        role: "authenticated",
        sql: "select from public.begin_message($1, $2, 'active', 'openai', 'gpt-4o')",
        values: [session, row.id],
        adds: [row],
      };
    }
    const { id, next: seq, last } = this.#stream;
    if (seq > last) {
      return {
        what: "finish_message",
        role: "authenticated",
        sql: `select from public.finish_message($1, 'complete', p_input_tokens => $2,
          p_output_tokens => $3, p_latency_ms => $4)`,
        values: [id, this.#random.int(9000), seq, this.#random.int(9999)],
        ends: id,
      };
    }
    const text = `${seq}:${this.#random.int(1e6)} `;
    return {
      what: "append_message_delta",
      role: "authenticated",
      sql: "select from public.append_message_delta($1, $2, $3)",
      values: [id, seq, text],
      grows: { id, seq, text },
    };
  }

  #branchy(): string[] {
    return [...this.#book.messages.values()]
      .filter(({ session }) => session === this.#home.branchy).map(({ id }) => id);
  }

  #edit(): Call {
    const old = this.#branchy();
    if (old.length < 4) return this.#insert(this.#home.branchy);
    const edits = this.#random.pick(old);
    const row = this.#message(this.#home.branchy);
    return {
      what: "edit_message",
      role: "authenticated",
      sql: "select from public.edit_message($1, $2, $3)",
      values: [edits, row.content, row.id],
      adds: [row],
      edits,
    };
  }

  #selectBranch(): Call {
    const old = this.#branchy();
    if (old.length < 4) return this.#insert(this.#home.branchy);
    return {
      what: "select_branch",
      role: "authenticated",
      sql: "select from public.select_branch($1)",
      values: [this.#random.pick(old)],
    };
  }

  #delete(): Call {
    const old = this.#branchy();
    if (old.length < 12) return this.#insert(this.#home.branchy);
    const removes = this.#random.shuffle(old).slice(0, 1 + this.#random.int(4));
    return {
      what: "delete",
      role: "authenticated",
      sql: "delete from public.conversation_messages where id = any ($1)",
      values: [removes],
      removes,
    };
  }

  #budget(): Call {
    const id = this.#hold;
    if (id === undefined) {
      const hold = this.#random.uuid();
      return {
        what: "reserve_budget",
        role: "authenticated",
        sql: "select from public.reserve_budget($1, 0.05, $2, 3600)",
        values: [this.#home.shared, hold],
        hold: { id: hold, becomes: "held" },
      };
    }
    if (this.#random.int(2) === 0) return this.#turn(id);
    return {
      what: "release_budget",
      role: "authenticated",
      sql: "select from public.release_budget($1)",
      values: [id],
      hold: { id, becomes: "released" },
    };
  }
}

function answerIdOf(turn: string): string {
  const hash = createHash("sha256").update(Buffer.from(turn.replaceAll("-", ""), "hex"));
  return hash.digest("hex").slice(0, 32)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** A call that was sent and never answered. */
export interface Unanswered {
  writer: Writer;
  call: Call;
}

/** Writers that write until the server is gone under them. */
export class Load {
  readonly #writers: readonly Writer[];
  readonly #url: string;
  readonly #clients: pg.Client[] = [];
  #ended: Promise<(Unanswered | undefined)[]> | undefined;

  constructor(url: string, writers: readonly Writer[]) {
    this.#url = url;
    this.#writers = writers;
  }

  /** Resolves when each of them has been answered. */
  async start(): Promise<void> {
    const begun: Promise<void>[] = [];
    this.#ended = Promise.all(this.#writers.map((writer, nth) => {
      let first = () => {};
      begun.push(new Promise((resolve) => first = resolve));
      return this.#write(writer, first, nth % 2 === 0);
    }));
    // One that fails ends the wait too.
    await Promise.race([Promise.all(begun), this.#ended]);
  }

  /** After the end of the server: what was under way. */
  async ended(): Promise<Unanswered[]> {
    return (await this.#ended ?? []).filter((one) => one !== undefined);
  }

  /** Takes the clients off the network: what the server still does, they do not hear of. */
  cutOff(): void {
    for (const client of this.#clients) drop(client);
  }

  /** Half of them in transactions as PostgREST makes them, half a statement at a time, which also commits unheard. */
  async #write(
    writer: Writer,
    first: () => void,
    isTransaction: boolean,
  ): Promise<Unanswered | undefined> {
    const client = await connect(this.#url);
    this.#clients.push(client);
    try {
      for (;;) {
        const call = writer.next();
        const caller = new UserConnection(client, writer.user, call.role);
        let isSent = false;
        try {
          await (isTransaction ? caller.begin() : caller.become("from now on"));
          isSent = true;
          await client.query(call.sql, [...call.values]);
          if (isTransaction) await client.query("commit");
        } catch (error) {
          if (!isCut(error)) throw error;
          return isSent ? { writer, call } : undefined;
        }
        writer.done(call);
        first();
      }
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

/** As when a machine loses its network: no farewell. */
export function drop(client: pg.Client): void {
  // Not in the types of pg.
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream
    .destroy();
}

/** Whether the connection is gone, and not a call refused. */
export function isCut(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return /^(57P0.|ECONNRESET|ECONNREFUSED|EPIPE)$/.test(code) ||
    /Connection terminated|not queryable|Connection ended/.test(error.message);
}

export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** Until the server takes connections again. */
export async function connectAgain(url: string): Promise<pg.Client> {
  for (const end = Date.now() + 60_000;; await sleep(50)) {
    try {
      return await connect(url);
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

export type Select = (sql: string, values?: Values) => Promise<Rows>;
