import assert from "node:assert/strict";
import { randomInt, randomUUID } from "node:crypto";
import pg from "pg";
import { openServer, type ServerUrls } from "../run/server.ts";

/** SQLSTATE, DETAIL and message of a refused statement; undefined for one that went through. */
export interface Refusal {
  code: string | undefined;
  detail: string | undefined;
  message: string;
}

export type Values = readonly unknown[];
export type Rows = Record<string, unknown>[];

export type Role = "authenticated" | "service_role";

/** A connection that acts as one signed-in user (or as the server), a transaction a statement, as PostgREST does. */
export class UserConnection {
  readonly client: pg.ClientBase;
  readonly userId: string;
  readonly role: Role;

  constructor(client: pg.ClientBase, userId: string, role: Role = "authenticated") {
    this.client = client;
    this.userId = userId;
    this.role = role;
  }

  async begin(isolation = "read committed"): Promise<void> {
    await this.client.query(`begin isolation level ${isolation}`);
    await this.become("for the transaction");
  }

  /** For the transaction, or from now on, where each statement is a transaction of its own. */
  async become(how: "for the transaction" | "from now on"): Promise<void> {
    const claims = this.role === "service_role"
      ? { role: this.role }
      : { sub: this.userId, role: this.role, is_anonymous: false };
    await this.client.query(
      "select set_config('role', $1, $3), set_config('request.jwt.claims', $2, $3)",
      [this.role, JSON.stringify(claims), how === "for the transaction"],
    );
  }

  /** The rows, or throws what the server said, after a rollback. */
  async query(sql: string, values: Values = []): Promise<Rows> {
    await this.begin();
    try {
      const { rows } = await this.client.query<Record<string, unknown>>(sql, [...values]);
      await this.client.query("commit");
      return rows;
    } catch (error) {
      await this.client.query("rollback").catch(() => undefined);
      throw error;
    }
  }

  async refused(sql: string, values: Values = []): Promise<Refusal | undefined> {
    try {
      await this.query(sql, values);
      return undefined;
    } catch (error) {
      return refusal(error);
    }
  }
}

export function refusal(error: unknown): Refusal {
  if (!(error instanceof pg.DatabaseError)) throw error;
  return { code: error.code, detail: error.detail, message: error.message };
}

/** A server with a pool that logs in as `authenticator`, and one as the superuser for checks. */
export class Server implements AsyncDisposable {
  readonly urls: ServerUrls;
  readonly pool: pg.Pool;
  readonly admin: pg.Pool;
  readonly #release: () => PromiseLike<void>;

  constructor(urls: ServerUrls, release: () => PromiseLike<void>) {
    this.urls = urls;
    this.pool = new pg.Pool({ connectionString: urls.authenticatorUrl, max: 32 });
    this.admin = new pg.Pool({ connectionString: urls.adminUrl, max: 4 });
    for (const pool of [this.pool, this.admin]) {
      // A backend that a test ends also rejects the query under way, which reports it.
      pool.on("error", () => undefined).on(
        "connect",
        (client) => client.on("error", () => undefined),
      );
    }
    this.#release = release;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.pool.end(), this.admin.end()]);
    await this.#release();
  }

  async makeUser(): Promise<string> {
    const id = randomUUID();
    await this.admin.query("insert into auth.users (id, email) values ($1, $2)", [
      id,
      `${id}@example.com`,
    ]);
    return id;
  }

  async makeSession(userId: string): Promise<string> {
    const [session] = await this.as(
      userId,
      1,
      ([one]) => one.query("select id from public.create_conversation_session()"),
    );
    return String(session?.["id"]);
  }

  /** Gives `use` so many connections of the user, each a backend of its own. */
  async as<T>(
    userId: string,
    connections: number,
    use: (users: [UserConnection, ...UserConnection[]]) => Promise<T>,
    { endsThem = false } = {},
  ): Promise<T> {
    const clients = await Promise.all(
      Array.from({ length: connections }, () => this.pool.connect()),
    );
    try {
      const [first, ...others] = clients.map((client) => new UserConnection(client, userId));
      assert.ok(first);
      return await use([first, ...others]);
    } finally {
      for (const client of clients) client.release(endsThem);
    }
  }

  async select(sql: string, values: Values = []): Promise<Rows> {
    return (await this.admin.query<Record<string, unknown>>(sql, [...values])).rows;
  }

  /** What `then` gives, which has to wait for the end of a transaction that did `first`. */
  async afterOpen<T>(
    first: (other: pg.PoolClient) => Promise<unknown>,
    then: () => Promise<T>,
  ): Promise<T> {
    const other = await this.admin.connect();
    try {
      await other.query("begin");
      await first(other);
      const done = then();
      const state = await Promise.race([
        done.then(() => "does not wait"),
        new Promise((resolve) => setTimeout(() => resolve("waits"), 300)),
      ]);
      assert.equal(state, "waits");
      await other.query("commit");
      return await done;
    } finally {
      // Where it ended early.
      await other.query("rollback");
      other.release();
    }
  }

  /** Fails unless counters, order, tree and owners of the sessions are what their messages say. */
  async assertExact(sessionIds: readonly string[], options = { gapFree: true }): Promise<void> {
    assert.deepEqual(await this.select(recount, [sessionIds]), [], "counters");
    assert.deepEqual(await this.select(misplaced, [sessionIds]), [], "order and tree");
    if (options.gapFree) assert.deepEqual(await this.select(gaps, [sessionIds]), [], "gaps");
  }
}

// Without one function of the schema, so that nothing is checked by what it checks.
const recount = `
  select s.id, s.message_count, s.total_tokens, s.total_cost_usd, s.last_sequence, c.*
  from public.conversation_sessions as s
  cross join lateral (
    select count(*) as messages,
      coalesce(sum(m.tokens_used), 0) + (
        select coalesce(sum(t.tokens_used), 0)
        from public.tool_executions as t where t.session_id = s.id
      ) as tokens,
      coalesce(sum(m.cost_usd), 0) as cost, coalesce(max(m.sequence_order), 0) as top
    from public.conversation_messages as m
    where m.session_id = s.id
  ) as c
  where s.id = any ($1::uuid[])
    and ((s.message_count, s.total_tokens, s.total_cost_usd)
      is distinct from (c.messages, c.tokens, c.cost) or s.last_sequence < c.top)`;

const misplaced = `
  select m.id, m.sequence_order
  from (
    select *, lag(id) over w as before, lag(created_at) over w as earlier
    from public.conversation_messages
    where session_id = any ($1::uuid[])
    window w as (partition by session_id order by sequence_order)
  ) as m
  join public.conversation_sessions as s on s.id = m.session_id
  where m.parent_message_id is distinct from m.before
    or m.created_at < m.earlier
    or (m.user_id, m.brand_id) is distinct from (s.user_id, s.brand_id)
    or (s.active_message_id = m.id) is distinct from (m.sequence_order = (
      select max(l.sequence_order) from public.conversation_messages as l
      where l.session_id = s.id))
  limit 5`;

const gaps = `
  select session_id, count(*) as messages, min(sequence_order) as first, max(sequence_order) as last
  from public.conversation_messages
  where session_id = any ($1::uuid[])
  group by session_id
  having count(*) <> count(distinct sequence_order) or min(sequence_order) <> 1
    or max(sequence_order) <> count(*)`;

export async function openTestServer(): Promise<Server> {
  const urls = await openServer();
  // Waiting for the disk at each commit would only make the load thinner.
  const admin = new pg.Client({ connectionString: urls.adminUrl });
  await admin.connect();
  await admin.query(`do $$ begin
    execute format('alter database %I set synchronous_commit = off', current_database());
  end $$`);
  await admin.end();
  return new Server(urls, () => urls[Symbol.asyncDispose]());
}

export const insertMessage = `
  insert into public.conversation_messages
    (id, session_id, role, content, tokens_used, cost_usd, provider, model_used)
  values ($1, $2, $3, $4, $5, $6, 'openai', 'gpt-4o')`;

export interface Random {
  /** 0 up to, but without, `below`. */
  int(below: number): number;
  uuid(): string;
  pick<T>(from: readonly T[]): T;
  shuffle<T>(items: readonly T[]): T[];
}

/** Numbers that the printed seed brings back: TURNBASE_SEED=<seed>. */
export function seeded(name: string): Random {
  const seed = Number(process.env["TURNBASE_SEED"]) || randomInt(1, 2 ** 31);
  console.log(`# ${name}: TURNBASE_SEED=${seed}`);
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const int = (below: number) => next() % below;
  return {
    int,
    uuid: () => {
      const hex = Array.from({ length: 32 }, () => int(16).toString(16)).join("");
      return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
    },
    pick: <T>(from: readonly T[]): T => {
      const item = from[int(from.length)];
      assert.ok(item !== undefined);
      return item;
    },
    shuffle: <T>(items: readonly T[]): T[] =>
      items.map((item) => ({ item, key: next() })).sort((a, b) => a.key - b.key).map(({ item }) =>
        item
      ),
  };
}

/** Runs `work` on every connection at once and fails on the first error. */
export async function onEach(
  users: readonly UserConnection[],
  work: (user: UserConnection, index: number) => Promise<void>,
): Promise<void> {
  const results = await Promise.allSettled(users.map(work));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

/** The database that may hold pg_cron; none where the server does not have or load it. */
export async function cronDatabase(adminUrl: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string | null }>(
      `select current_setting('cron.database_name', true) as name
       where exists (select from pg_catalog.pg_available_extensions where name = 'pg_cron')`,
    );
    return rows[0]?.name ?? undefined;
  } finally {
    await client.end();
  }
}
