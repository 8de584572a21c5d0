import type { SupabaseClient } from "@supabase/supabase-js";
import type { Pool, PoolConfig, QueryResultRow } from "pg";
import type { Database } from "../../../types/index.ts";
import { extras } from "../../cases/messages.ts";
import type { Contender, Place, Shown, Store, Usage } from "../contender.ts";
import { type Meta, type Thread, threadOf, type Turn } from "../data.ts";
import { Counter, openPool, runSql } from "./pool.ts";
import { openRest, type Rest } from "./rest.ts";

const provider = "openai";
/** In order already. */
const columns =
  "id,role,content,created_at,model_used,input_tokens,output_tokens,cost_usd,latency_ms";

/** What a list of chats shows, and where the next page begins. */
const listColumns = "id,title,last_activity_at,cursor";

interface Row {
  role: string;
  content: string;
  model_used: string | null;
  input_tokens: number | null;
  output_tokens: number | null;
  cost_usd: string | number | null;
  latency_ms: number | null;
}

/** What both transports share: ids of sessions, which the database gives, and what rows say. */
class Sessions {
  readonly #ids = new Map<string, string>();
  readonly #admin: Pool;
  readonly #users = new Map<string, Promise<unknown>>();
  readonly #counter: Counter;

  constructor({ adminUrl }: Place) {
    this.#admin = openPool(adminUrl, 1);
    this.#counter = new Counter(
      adminUrl,
      "select count(*) from public.conversation_messages",
    );
  }

  /** Those that are there already. */
  async find(): Promise<void> {
    const { rows } = await this.#admin.query<{ id: string; title: string }>(
      "select id, title from public.conversation_sessions",
    );
    for (const { id, title } of rows) this.#ids.set(title, id);
  }

  async makeUser(user: string): Promise<void> {
    const made = this.#users.get(user) ?? this.#admin.query(
      "insert into auth.users (id, email) values ($1, $2) on conflict do nothing",
      [user, `${user}@example.com`],
    );
    this.#users.set(user, made);
    await made;
  }

  remember(thread: Thread, id: string): void {
    this.#ids.set(thread.title, id);
  }

  id({ title }: Thread): string {
    const id = this.#ids.get(title);
    if (id === undefined) throw new Error(`no session for ${title}`);
    return id;
  }

  async count(): Promise<number> {
    return await this.#counter.count();
  }

  async close(): Promise<void> {
    await this.#admin.end();
    await this.#counter.close();
  }
}

function shown(rows: Row[]): Shown[] {
  return rows.map((row) => ({
    role: row.role,
    text: row.content,
    meta: row.role === "assistant"
      ? {
        model: row.model_used,
        input_tokens: row.input_tokens,
        output_tokens: row.output_tokens,
        cost_usd: Number(row.cost_usd),
        latency_ms: row.latency_ms,
      }
      : undefined,
  }));
}

function claimsOf(user: string): string {
  return JSON.stringify({ sub: user, role: "authenticated" });
}

/** In the order in which the statements of an answer take them. */
function figuresOf({ model, input_tokens, output_tokens, cost_usd, latency_ms }: Meta) {
  return [provider, model, input_tokens, output_tokens, cost_usd, latency_ms];
}

function listed(rows: { title: string }[]): string[] {
  return rows.map(({ title }) => threadOf(Number(title.split(" ")[1])).id);
}

function question({ questionId, question }: Turn) {
  return { id: questionId, role: "user" as const, content: question };
}

function answer({ answerId, answer, meta }: Turn) {
  const { model, ...numbers } = meta;
  return {
    id: answerId,
    role: "assistant" as const,
    content: answer,
    provider,
    model_used: model,
    ...numbers,
  };
}

const statements = {
  turn: `
    select t.inserted
    from (select set_config('request.jwt.claims', $1, true) as claims) as c
    cross join lateral public.log_turn(
      p_session_id => case when c.claims is not null and current_user = 'authenticated' then $2::uuid end,
      p_turn_id => $3,
      p_user_message => $4, p_assistant_message => $5, p_provider => $6, p_model_used => $7,
      p_input_tokens => $8, p_output_tokens => $9, p_cost_usd => $10, p_latency_ms => $11
    ) as t`,
  question: `
    insert into public.conversation_messages (id, session_id, role, content)
    values ($1, $2, 'user', $3)`,
  answer: `
    insert into public.conversation_messages (
      id, session_id, role, content, provider, model_used, input_tokens, output_tokens, cost_usd,
      latency_ms
    )
    values ($1, $2, 'assistant', $3, $4, $5, $6, $7, $8, $9)`,
  batch: "select inserted from public.append_messages(p_session_id => $1, p_messages => $2)",
  last: `select ${columns} from public.get_conversation_history(p_session_id => $1, p_limit => $2)`,
  list: `select ${listColumns} from public.list_sessions(p_limit => $1)`,
  remove: "delete from public.conversation_sessions where id = $1",
  usage: `
    select v.total_tokens as tokens, v.total_cost_usd as cost, r.p95_latency_ms as p95
    from public.daily_message_volume as v
    join public.response_time_stats as r on r.day = v.day and r.provider = $1
    where v.day = (now() at time zone 'utc')::date`,
};

/**
 * Over pg as docs/scaling.md shows it: the login authenticator with the role authenticated, a turn as one statement, and
 * for every other call a transaction with the user's claims, whose statements the driver's pipeline mode sends at once.
 */
class OverPg implements Store {
  readonly #pool: Pool;
  readonly #sessions: Sessions;

  private constructor(place: Place) {
    const url = new URL(place.authenticatorUrl);
    url.searchParams.set("options", "-c role=authenticated");
    this.#pool = openPool(url.href, 16, { pipeline: true } as PoolConfig);
    this.#sessions = new Sessions(place);
  }

  static async open(place: Place): Promise<OverPg> {
    const store = new OverPg(place);
    await store.#sessions.find();
    return store;
  }

  async #as<T extends QueryResultRow>(
    user: string,
    name: keyof typeof statements | "create",
    values: unknown[],
    text = statements[name as keyof typeof statements],
  ): Promise<T[]> {
    const client = await this.#pool.connect();
    try {
      const sent = [
        client.query("begin"),
        client.query({
          name: "claims",
          text: "select set_config('request.jwt.claims', $1, true)",
          values: [claimsOf(user)],
        }),
        client.query<T>({ name, text, values }),
        client.query("commit"),
      ] as const;
      // All of them, or the next caller of this connection would get the answers.
      const answers = await Promise.allSettled(sent);
      for (const one of answers) if (one.status === "rejected") throw one.reason;
      return (await sent[2]).rows;
    } finally {
      client.release();
    }
  }

  async createThread(thread: Thread): Promise<void> {
    await this.#sessions.makeUser(thread.user);
    const [row] = await this.#as<{ id: string }>(
      thread.user,
      "create",
      [thread.title, thread.id],
      "select id from public.create_conversation_session(p_title => $1, p_idempotency_key => $2)",
    );
    this.#sessions.remember(thread, row?.id ?? "");
  }

  async turn(thread: Thread, { questionId, question, answer, meta }: Turn): Promise<void> {
    await this.#pool.query({
      name: "turn",
      text: statements.turn,
      values: [
        claimsOf(thread.user),
        this.#sessions.id(thread),
        questionId,
        question,
        answer,
        ...figuresOf(meta),
      ],
    });
  }

  async apart(thread: Thread, { questionId, answerId, question, answer, meta }: Turn) {
    const session = this.#sessions.id(thread);
    await this.#as(thread.user, "question", [questionId, session, question]);
    await this.#as(thread.user, "answer", [
      answerId,
      session,
      answer,
      ...figuresOf(meta),
    ]);
  }

  async batch(thread: Thread, turns: readonly Turn[]): Promise<void> {
    const messages = turns.flatMap((turn) => [question(turn), answer(turn)]);
    await this.#as(thread.user, "batch", [this.#sessions.id(thread), JSON.stringify(messages)]);
  }

  async load(thread: Thread, turns: readonly Turn[]): Promise<void> {
    for (let from = 0; from < turns.length; from += 100) {
      await this.batch(thread, turns.slice(from, from + 100));
    }
  }

  async last(thread: Thread, count: number): Promise<Row[]> {
    return await this.#as<Row>(thread.user, "last", [this.#sessions.id(thread), count]);
  }

  shown = shown;

  async list(user: string, count: number): Promise<{ title: string }[]> {
    return await this.#as<{ title: string }>(user, "list", [count]);
  }

  listed = listed;

  async remove(thread: Thread): Promise<void> {
    await this.#as(thread.user, "remove", [this.#sessions.id(thread)]);
  }

  async usage(user: string): Promise<Usage> {
    const [row] = await this.#as<Record<string, string>>(user, "usage", [provider]);
    return {
      tokens: Number(row?.["tokens"]),
      cost: Number(row?.["cost"]),
      p95: Number(row?.["p95"]),
    };
  }

  async count(): Promise<number> {
    return await this.#sessions.count();
  }

  async close(): Promise<void> {
    await this.#pool.end();
    await this.#sessions.close();
  }
}

class OverHttp implements Store {
  readonly #rest: Rest<Database>;
  readonly #sessions: Sessions;

  private constructor(rest: Rest<Database>, sessions: Sessions) {
    this.#rest = rest;
    this.#sessions = sessions;
  }

  static async open(place: Place): Promise<OverHttp> {
    const sessions = new Sessions(place);
    await sessions.find();
    return new OverHttp(await openRest<Database>(place), sessions);
  }

  #as(user: string): SupabaseClient<Database> {
    return this.#rest.as(user);
  }

  async createThread(thread: Thread): Promise<void> {
    await this.#sessions.makeUser(thread.user);
    const { data } = await this.#as(thread.user).rpc("create_conversation_session", {
      p_title: thread.title,
      p_idempotency_key: thread.id,
    }).throwOnError();
    this.#sessions.remember(thread, data.id);
  }

  async turn(thread: Thread, { questionId, question, answer, meta }: Turn): Promise<void> {
    await this.#as(thread.user).rpc("log_turn", {
      p_session_id: this.#sessions.id(thread),
      p_turn_id: questionId,
      p_user_message: question,
      p_assistant_message: answer,
      p_provider: provider,
      p_model_used: meta.model,
      p_input_tokens: meta.input_tokens,
      p_output_tokens: meta.output_tokens,
      p_cost_usd: meta.cost_usd,
      p_latency_ms: meta.latency_ms,
    }).select("inserted").throwOnError();
  }

  async apart(thread: Thread, turn: Turn): Promise<void> {
    const session_id = this.#sessions.id(thread);
    const table = () => this.#as(thread.user).from("conversation_messages");
    await table().insert({ session_id, ...question(turn) }).throwOnError();
    await table().insert({ session_id, ...answer(turn) }).throwOnError();
  }

  async batch(thread: Thread, turns: readonly Turn[]): Promise<void> {
    await this.#as(thread.user).rpc("append_messages", {
      p_session_id: this.#sessions.id(thread),
      p_messages: turns.flatMap((turn) => [question(turn), answer(turn)]),
    }).select("inserted").throwOnError();
  }

  async load(thread: Thread, turns: readonly Turn[]): Promise<void> {
    for (let from = 0; from < turns.length; from += 100) {
      await this.batch(thread, turns.slice(from, from + 100));
    }
  }

  async last(thread: Thread, count: number): Promise<unknown> {
    const { data } = await this.#as(thread.user).rpc("get_conversation_history", {
      p_session_id: this.#sessions.id(thread),
      p_limit: count,
    }, { get: true }).select(columns).throwOnError();
    return data;
  }

  shown = shown;

  async list(user: string, count: number): Promise<unknown> {
    const { data } = await this.#as(user).rpc("list_sessions", { p_limit: count }, { get: true })
      .select(listColumns).throwOnError();
    return data;
  }

  listed = listed;

  async remove(thread: Thread): Promise<void> {
    await this.#as(thread.user).from("conversation_sessions").delete()
      .eq("id", this.#sessions.id(thread)).throwOnError();
  }

  async usage(user: string): Promise<Usage> {
    const day = new Date().toISOString().slice(0, 10);
    const client = this.#as(user);
    const [volume, times] = await Promise.all([
      client.from("daily_message_volume").select("total_tokens,total_cost_usd").eq("day", day)
        .maybeSingle().throwOnError(),
      client.from("response_time_stats").select("p95_latency_ms").eq("day", day)
        .eq("provider", provider).maybeSingle().throwOnError(),
    ]);
    return {
      tokens: Number(volume.data?.total_tokens),
      cost: Number(volume.data?.total_cost_usd),
      p95: Number(times.data?.p95_latency_ms),
    };
  }

  async count(): Promise<number> {
    return await this.#sessions.count();
  }

  async close(): Promise<void> {
    await this.#rest.close();
    await this.#sessions.close();
  }
}

const accounting =
  "as role authenticated under row level security, with all accounting: order, counters, ledger, idempotency";
const without =
  "search, embeddings and realtime are off, which no rival has; the line with all triggers on stands beside it";
const overPg =
  "a turn is one statement, which brings its claims; every other call is a transaction with claims, whose statements pg's pipeline mode sends at once";
const overHttp = "one request a turn (log_turn); reads by GET";

function ours(
  { name, group, everything }: { name: string; group: Contender["group"]; everything: boolean },
): Contender {
  return {
    name: everything ? `${name}, search and realtime on` : name,
    group,
    kind: "product",
    packages: [],
    atomic: true,
    database: "turnbase",
    notes: [
      accounting,
      everything ? "everything that the migrations make" : without,
      group === "direct" ? overPg : overHttp,
    ],
    setup: ({ adminUrl }) => everything ? Promise.resolve() : runSql(adminUrl, extras("off")),
    open: (place) => group === "direct" ? OverPg.open(place) : OverHttp.open(place),
  };
}

const pg = { name: "Turnbase over pg", group: "direct" } as const;
const http = { name: "Turnbase over supabase-js", group: "http" } as const;
export const turnbase = ours({ ...pg, everything: false });
export const turnbaseWhole = ours({ ...pg, everything: true });
export const turnbaseHttp = ours({ ...http, everything: false });
export const turnbaseHttpWhole = ours({ ...http, everything: true });
