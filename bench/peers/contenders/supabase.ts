import type { Contender, Place, Shown, Store, Usage } from "../contender.ts";
import type { Meta, Thread, Turn } from "../data.ts";
import { Counter, runSql } from "./pool.ts";
import { openRest, type Rest } from "./rest.ts";

/** What a team writes on Supabase in an afternoon, with its policies in the form that Supabase advises. */
const tables = `
  create table public.conversations (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null default auth.uid(),
    title text,
    created_at timestamptz not null default now()
  );
  create index on public.conversations (user_id, created_at desc);
  create table public.messages (
    id uuid primary key default gen_random_uuid(),
    number bigint generated always as identity,
    conversation_id uuid not null references public.conversations (id) on delete cascade,
    role text not null,
    content text not null,
    metadata jsonb,
    created_at timestamptz not null default now()
  );
  create index on public.messages (conversation_id, number);
  alter table public.conversations enable row level security;
  alter table public.messages enable row level security;
  create policy own on public.conversations to authenticated
    using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
  create policy own on public.messages to authenticated
    using (exists (
      select from public.conversations as c
      where c.id = conversation_id and c.user_id = (select auth.uid())
    ))
    with check (exists (
      select from public.conversations as c
      where c.id = conversation_id and c.user_id = (select auth.uid())
    ));
  grant select, insert, update, delete on public.conversations, public.messages to authenticated;
`;

interface Row {
  id: string;
  role: string;
  content: string;
  metadata: Meta | null;
}

/** The two tables, as far as the calls below need their types. */
interface Schema {
  public: {
    Tables: {
      conversations: Table<{ id: string; user_id?: string; title: string; created_at?: string }>;
      messages: Table<
        Row & { number?: number; conversation_id: string; created_at?: string }
      >;
    };
    Views: Record<never, never>;
    Functions: Record<never, never>;
  };
}
interface Table<Row> {
  Row: { [Key in keyof Row]-?: Exclude<Row[Key], undefined> };
  Insert: { [Key in keyof Row]: Row[Key] };
  Update: { [Key in keyof Row]?: Row[Key] };
  Relationships: [];
}

class ByHand implements Store {
  readonly #rest: Rest<Schema>;
  readonly #counter: Counter;
  readonly #inOne: boolean;

  constructor(rest: Rest<Schema>, place: Place, inOne: boolean) {
    this.#rest = rest;
    this.#inOne = inOne;
    this.#counter = new Counter(place.adminUrl, "select count(*) from public.messages");
  }

  async createThread({ id, user, title }: Thread): Promise<void> {
    await this.#rest.as(user).from("conversations").insert({ id, title }).throwOnError();
  }

  async turn(thread: Thread, turn: Turn): Promise<void> {
    if (this.#inOne) await this.batch(thread, [turn]);
    else await this.apart(thread, turn);
  }

  async apart(thread: Thread, turn: Turn): Promise<void> {
    for (const row of rows(thread, [turn])) {
      await this.#rest.as(thread.user).from("messages").insert(row).throwOnError();
    }
  }

  async batch(thread: Thread, turns: readonly Turn[]): Promise<void> {
    await this.#rest.as(thread.user).from("messages").insert(rows(thread, turns)).throwOnError();
  }

  async load(thread: Thread, turns: readonly Turn[]): Promise<void> {
    await this.batch(thread, turns);
  }

  async last({ id, user }: Thread, count: number): Promise<unknown> {
    const { data } = await this.#rest.as(user).from("messages")
      .select("id,role,content,metadata,created_at,number").eq("conversation_id", id)
      .order("number", { ascending: false }).limit(count).throwOnError();
    return data;
  }

  shown(read: Row[]): Shown[] {
    return read.map(({ role, content, metadata }) => ({
      role,
      text: content,
      meta: metadata ?? undefined,
    })).reverse();
  }

  async list(user: string, count: number): Promise<unknown> {
    const { data } = await this.#rest.as(user).from("conversations").select()
      .order("created_at", { ascending: false }).limit(count).throwOnError();
    return data;
  }

  listed(read: { id: string }[]): string[] {
    return read.map(({ id }) => id);
  }

  async remove({ id, user }: Thread): Promise<void> {
    await this.#rest.as(user).from("conversations").delete().eq("id", id).throwOnError();
  }

  /** PostgREST sums nothing unless it is told to: the rows come over, a page of 1,000 at a time. */
  async usage(user: string): Promise<Usage> {
    const found: Meta[] = [];
    for (let from = 0;; from += 1000) {
      const { data } = await this.#rest.as(user).from("messages").select("metadata")
        .eq("role", "assistant").gte("created_at", new Date().toISOString().slice(0, 10))
        .order("number").range(from, from + 999).throwOnError();
      found.push(...data.flatMap(({ metadata }) => metadata ? [metadata] : []));
      if (data.length < 1000) return usageOf(found);
    }
  }

  async count(): Promise<number> {
    return await this.#counter.count();
  }

  async close(): Promise<void> {
    await this.#rest.close();
    await this.#counter.close();
  }
}

function rows(
  { id }: Thread,
  turns: readonly Turn[],
): (Row & { conversation_id: string })[] {
  return turns.flatMap((turn) => [
    {
      id: turn.questionId,
      conversation_id: id,
      role: "user",
      content: turn.question,
      metadata: null,
    },
    {
      id: turn.answerId,
      conversation_id: id,
      role: "assistant",
      content: turn.answer,
      metadata: turn.meta,
    },
  ]);
}

/** Summed by the client. */
function usageOf(metas: readonly Meta[]): Usage {
  const sorted = metas.map(({ latency_ms }) => latency_ms).sort((a, b) => a - b);
  return {
    tokens: metas.reduce(
      (sum, { input_tokens, output_tokens }) => sum + input_tokens + output_tokens,
      0,
    ),
    cost: metas.reduce((sum, { cost_usd }) => sum + cost_usd, 0),
    p95: sorted[Math.max(0, Math.ceil(sorted.length * 0.95) - 1)] ?? NaN,
  };
}

/** Makes the users that the policies compare with; nobody looks them up. */
function byHand(name: string, inOne: boolean, note: string): Contender {
  return {
    name,
    group: "http",
    kind: "rival",
    packages: [],
    atomic: inOne,
    database: "project",
    notes: [
      note,
      "policies ask for the conversation's user; no counters, no accounting; threads are listed by creation: it keeps no last activity",
    ],
    setup: ({ adminUrl }) => runSql(adminUrl, tables),
    open: async (place) => new ByHand(await openRest<Schema>(place), place, inOne),
  };
}

export const supabaseInOne = byHand(
  "supabase-js by hand, one insert",
  true,
  "one insert of two rows a turn",
);
export const supabaseInTwo = byHand(
  "supabase-js by hand, two inserts",
  false,
  "two inserts a turn, one after the other",
);
