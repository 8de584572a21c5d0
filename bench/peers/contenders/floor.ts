import type pg from "pg";
import type { Contender, Place, Shown, Store, Usage } from "../contender.ts";
import type { Meta, Thread, Turn } from "../data.ts";
import { Counter, openPool, runSql } from "./pool.ts";

const tables = `
  create table threads (
    id uuid primary key,
    user_id uuid not null,
    title text not null,
    message_count integer not null default 0,
    last_activity_at timestamptz not null default now()
  );
  create index on threads (user_id, last_activity_at desc);
  create table messages (
    thread_id uuid not null references threads (id) on delete cascade,
    number integer not null,
    id uuid not null,
    role text not null,
    content text not null,
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    primary key (thread_id, number)
  );`;

/** Both messages and the thread's counter in one statement, so in one transaction. */
const turn = {
  name: "turn",
  text: `
    with thread as (
      update threads set message_count = message_count + 2, last_activity_at = now()
      where id = $1
      returning message_count
    )
    insert into messages (thread_id, number, id, role, content, metadata)
    select $1, thread.message_count + m.number, m.id, m.role, m.content, m.metadata
    from thread
    cross join (values
      (-1, $2::uuid, 'user', $3::text, '{}'::jsonb),
      (0, $4::uuid, 'assistant', $5::text, $6::jsonb)
    ) as m (number, id, role, content, metadata)`,
};

const message = {
  name: "message",
  text: `
    with thread as (
      update threads set message_count = message_count + 1, last_activity_at = now()
      where id = $1
      returning message_count
    )
    insert into messages (thread_id, number, id, role, content, metadata)
    select $1, thread.message_count, $2, $3, $4, $5 from thread`,
};

const batch = {
  name: "batch",
  text: `
    with thread as (
      update threads
      set message_count = message_count + jsonb_array_length($2), last_activity_at = now()
      where id = $1
      returning message_count - jsonb_array_length($2) as before
    )
    insert into messages (thread_id, number, id, role, content, metadata)
    select $1, thread.before + m.place, (m.value ->> 'id')::uuid, m.value ->> 'role',
      m.value ->> 'content', m.value -> 'metadata'
    from thread
    cross join jsonb_array_elements($2::jsonb) with ordinality as m (value, place)`,
};

interface Row {
  role: string;
  content: string;
  metadata: Meta;
}

class Floor implements Store {
  readonly #pool: pg.Pool;
  readonly #counter: Counter;

  constructor({ adminUrl }: Place) {
    this.#pool = openPool(adminUrl);
    this.#counter = new Counter(adminUrl, "select count(*) from messages");
  }

  async createThread({ id, user, title }: Thread): Promise<void> {
    await this.#pool.query("insert into threads (id, user_id, title) values ($1, $2, $3)", [
      id,
      user,
      title,
    ]);
  }

  async turn({ id }: Thread, { questionId, answerId, question, answer, meta }: Turn) {
    await this.#pool.query({
      ...turn,
      values: [id, questionId, question, answerId, answer, JSON.stringify(meta)],
    });
  }

  async apart({ id }: Thread, { questionId, answerId, question, answer, meta }: Turn) {
    await this.#pool.query({ ...message, values: [id, questionId, "user", question, "{}"] });
    await this.#pool.query({
      ...message,
      values: [id, answerId, "assistant", answer, JSON.stringify(meta)],
    });
  }

  async batch({ id }: Thread, turns: readonly Turn[]): Promise<void> {
    const rows = turns.flatMap((one) => [
      { id: one.questionId, role: "user", content: one.question, metadata: {} },
      { id: one.answerId, role: "assistant", content: one.answer, metadata: one.meta },
    ]);
    await this.#pool.query({ ...batch, values: [id, JSON.stringify(rows)] });
  }

  async load(thread: Thread, turns: readonly Turn[]): Promise<void> {
    await this.batch(thread, turns);
  }

  async last({ id }: Thread, count: number): Promise<Row[]> {
    const { rows } = await this.#pool.query<Row>({
      name: "last",
      text: `select id, role, content, metadata, number, created_at from messages
        where thread_id = $1 order by number desc limit $2`,
      values: [id, count],
    });
    return rows.reverse();
  }

  shown(rows: Row[]): Shown[] {
    return rows.map(({ role, content, metadata }) => ({ role, text: content, meta: metadata }));
  }

  async list(user: string, count: number): Promise<{ id: string }[]> {
    const { rows } = await this.#pool.query<{ id: string }>({
      name: "list",
      text: `select id, title, message_count, last_activity_at from threads
        where user_id = $1 order by last_activity_at desc limit $2`,
      values: [user, count],
    });
    return rows;
  }

  listed(rows: { id: string }[]): string[] {
    return rows.map(({ id }) => id);
  }

  async remove({ id }: Thread): Promise<void> {
    await this.#pool.query("delete from threads where id = $1", [id]);
  }

  async usage(user: string): Promise<Usage> {
    return await this.#counter.usage(
      `select m.metadata
       from threads as t
       join messages as m on m.thread_id = t.id
       where t.user_id = $1 and m.role = 'assistant'
         and m.created_at >= date_trunc('day', now(), 'UTC')`,
      user,
    );
  }

  async count(): Promise<number> {
    return await this.#counter.count();
  }

  async close(): Promise<void> {
    await this.#pool.end();
    await this.#counter.close();
  }
}

export const floor: Contender = {
  name: "floor: one statement over pg",
  group: "direct",
  kind: "reference",
  packages: [],
  atomic: true,
  database: "plain",
  notes: [
    "hand-written: two tables, a counter in the thread, one statement a turn; no policies, no accounting, no retries",
  ],
  setup: ({ adminUrl }) => runSql(adminUrl, tables),
  open: (place) => Promise.resolve(new Floor(place)),
};
