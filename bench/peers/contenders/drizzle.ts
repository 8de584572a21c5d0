import type { Contender, Place, Shown, Store, Usage } from "../contender.ts";
import type { Meta, Thread, Turn } from "../data.ts";
import { load } from "../load.ts";
import { clock } from "./clock.ts";
import { callers, Counter, runSql } from "./pool.ts";

const tables = `
  create table "Chat" (
    "id" uuid primary key,
    "createdAt" timestamp not null,
    "title" text not null,
    "userId" uuid not null
  );
  create table "Message" (
    "id" uuid primary key,
    "chatId" uuid not null references "Chat" ("id"),
    "role" varchar not null,
    "parts" json not null,
    "attachments" json not null,
    "createdAt" timestamp not null
  );`;
const index = `create index on "Message" ("chatId", "createdAt")`;

/** The few names of drizzle that are used; its own types are not installed with the checkout. */
interface Query extends Promise<Record<string, unknown>[]> {
  from(table: unknown): Query;
  where(condition: unknown): Query;
  orderBy(order: unknown): Query;
  limit(count: number): Query;
  values(rows: unknown): Query;
}
interface Drizzle {
  select(): Query;
  insert(table: unknown): Query;
  delete(table: unknown): Query;
}
type Column = Record<"notNull" | "primaryKey", () => Column>;
interface PgCore {
  pgTable(name: string, columns: object): Record<string, unknown>;
  uuid(name: string): Column;
  timestamp(name: string): Column;
  text(name: string): Column;
  varchar(name: string): Column;
  json(name: string): Column;
}
interface Sql {
  end(): Promise<void>;
}

interface Row {
  role: string;
  parts: { type: string; text?: string; data?: Meta }[];
}

class ChatShape implements Store {
  readonly #db: Drizzle;
  readonly #sql: Sql;
  readonly #chat: Record<string, unknown>;
  readonly #message: Record<string, unknown>;
  readonly #orm: { eq(a: unknown, b: unknown): unknown; desc(a: unknown): unknown };
  readonly #counter: Counter;

  private constructor(
    opened: {
      db: Drizzle;
      sql: Sql;
      core: PgCore;
      orm: { eq(a: unknown, b: unknown): unknown; desc(a: unknown): unknown };
    },
    { adminUrl }: Place,
  ) {
    const { db, sql, core, orm } = opened;
    this.#db = db;
    this.#sql = sql;
    this.#orm = orm;
    this.#chat = core.pgTable("Chat", {
      id: core.uuid("id").primaryKey(),
      createdAt: core.timestamp("createdAt").notNull(),
      title: core.text("title").notNull(),
      userId: core.uuid("userId").notNull(),
    });
    this.#message = core.pgTable("Message", {
      id: core.uuid("id").primaryKey(),
      chatId: core.uuid("chatId").notNull(),
      role: core.varchar("role").notNull(),
      parts: core.json("parts").notNull(),
      attachments: core.json("attachments").notNull(),
      createdAt: core.timestamp("createdAt").notNull(),
    });
    this.#counter = new Counter(adminUrl, `select count(*) from "Message"`);
  }

  static async open(place: Place): Promise<ChatShape> {
    const { default: postgres } = await load<
      { default: (url: string, options: object) => Sql }
    >("postgres");
    const { drizzle } = await load<{ drizzle: (sql: Sql) => Drizzle }>("drizzle-orm/postgres-js");
    const core = await load<PgCore>("drizzle-orm/pg-core");
    const orm = await load<{ eq(a: unknown, b: unknown): unknown; desc(a: unknown): unknown }>(
      "drizzle-orm",
    );
    const sql = postgres(place.adminUrl, { max: callers });
    return new ChatShape({ db: drizzle(sql), sql, core, orm }, place);
  }

  async createThread({ id, user, title }: Thread): Promise<void> {
    await this.#db.insert(this.#chat).values({ id, createdAt: clock(), title, userId: user });
  }

  async turn(thread: Thread, turn: Turn): Promise<void> {
    await this.apart(thread, turn);
  }

  async apart(thread: Thread, turn: Turn): Promise<void> {
    for (const row of rows(thread, turn)) await this.#db.insert(this.#message).values([row]);
  }

  async batch(thread: Thread, turns: readonly Turn[]): Promise<void> {
    await this.#db.insert(this.#message).values(turns.flatMap((turn) => rows(thread, turn)));
  }

  async load(thread: Thread, turns: readonly Turn[]): Promise<void> {
    await this.batch(thread, turns);
  }

  async last({ id }: Thread, count: number): Promise<unknown> {
    return await this.#db.select().from(this.#message)
      .where(this.#orm.eq(this.#message["chatId"], id))
      .orderBy(this.#orm.desc(this.#message["createdAt"])).limit(count);
  }

  shown(read: Row[]): Shown[] {
    return [...read].reverse().map(({ role, parts }) => ({
      role,
      text: parts[0]?.text ?? "",
      meta: parts[1]?.data,
    }));
  }

  async list(user: string, count: number): Promise<unknown> {
    return await this.#db.select().from(this.#chat)
      .where(this.#orm.eq(this.#chat["userId"], user))
      .orderBy(this.#orm.desc(this.#chat["createdAt"])).limit(count);
  }

  listed(read: { id: string }[]): string[] {
    return read.map(({ id }) => id);
  }

  async remove({ id }: Thread): Promise<void> {
    await this.#db.delete(this.#message).where(this.#orm.eq(this.#message["chatId"], id));
    await this.#db.delete(this.#chat).where(this.#orm.eq(this.#chat["id"], id));
  }

  async usage(user: string): Promise<Usage> {
    return await this.#counter.usage(
      `select m."parts"::jsonb -> 1 -> 'data'
       from "Chat" as c
       join "Message" as m on m."chatId" = c."id"
       where c."userId" = $1::uuid and m."role" = 'assistant'
         and m."createdAt" >= date_trunc('day', now() at time zone 'utc')`,
      user,
    );
  }

  async count(): Promise<number> {
    return await this.#counter.count();
  }

  async close(): Promise<void> {
    await this.#sql.end();
    await this.#counter.close();
  }
}

function rows({ id }: Thread, turn: Turn) {
  return [
    {
      id: turn.questionId,
      chatId: id,
      role: "user",
      parts: [{ type: "text", text: turn.question }],
      attachments: [],
      createdAt: clock(),
    },
    {
      id: turn.answerId,
      chatId: id,
      role: "assistant",
      parts: [{ type: "text", text: turn.answer }, { type: "data-meta", data: turn.meta }],
      attachments: [],
      createdAt: clock(),
    },
  ];
}

function shape(name: string, extra: string, note: string): Contender {
  return {
    name,
    group: "direct",
    kind: "reference",
    packages: ["drizzle-orm", "postgres"],
    atomic: false,
    database: "plain",
    notes: [
      `tables of the common chat template's shape, written anew; ${note}`,
      "two inserts a turn, as the template saves question and answer; a chat is listed by its creation; figures of an answer lie in its parts",
    ],
    setup: ({ adminUrl }) => runSql(adminUrl, `${tables}${extra}`),
    open: (place) => ChatShape.open(place),
  };
}

export const drizzlePlain = shape("drizzle, chat template's shape", "", "primary keys alone");
export const drizzleIndexed = shape(
  "drizzle, the same with an index",
  index,
  "with an index on (chatId, createdAt)",
);
