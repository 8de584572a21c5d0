import type { Contender, Place, Shown, Store, Usage } from "../contender.ts";
import type { Meta, Thread, Turn } from "../data.ts";
import { load } from "../load.ts";
import { callers, Counter, runSql } from "./pool.ts";
import { openRest } from "./rest.ts";

interface Message {
  id: string;
  role: string;
  parts: { type: "text"; text: string }[];
  metadata?: Meta;
}

interface Adapter {
  createConversation(conversation: object): Promise<unknown>;
  addMessage(message: Message, user: string, conversation: string): Promise<void>;
  addMessages(messages: Message[], user: string, conversation: string): Promise<void>;
  getMessages(user: string, conversation: string, options: object): Promise<Message[]>;
  getConversationsByUserId(user: string, options: object): Promise<{ id: string }[]>;
  deleteConversation(id: string): Promise<void>;
  initialize?(): Promise<void>;
  disconnect?(): Promise<void>;
  close?(): Promise<void>;
}

class VoltAgent implements Store {
  readonly #adapter: Adapter;
  readonly #counter: Counter;
  readonly #end: () => Promise<void>;

  constructor(adapter: Adapter, { adminUrl }: Place, end: () => Promise<void>) {
    this.#adapter = adapter;
    this.#end = end;
    this.#counter = new Counter(adminUrl, "select count(*) from voltagent_memory_messages");
  }

  async createThread({ id, user, title }: Thread): Promise<void> {
    await this.#adapter.createConversation({
      id,
      resourceId: "bench",
      userId: user,
      title,
      metadata: {},
    });
  }

  async turn({ id, user }: Thread, turn: Turn): Promise<void> {
    await this.#adapter.addMessages(messages(turn), user, id);
  }

  async apart({ id, user }: Thread, turn: Turn): Promise<void> {
    for (const message of messages(turn)) await this.#adapter.addMessage(message, user, id);
  }

  async batch({ id, user }: Thread, turns: readonly Turn[]): Promise<void> {
    await this.#adapter.addMessages(turns.flatMap(messages), user, id);
  }

  async load(thread: Thread, turns: readonly Turn[]): Promise<void> {
    await this.batch(thread, turns);
  }

  async last({ id, user }: Thread, count: number): Promise<Message[]> {
    return await this.#adapter.getMessages(user, id, { limit: count });
  }

  shown(read: Message[]): Shown[] {
    return read.map(({ role, parts, metadata }) => ({
      role,
      text: parts.map(({ text }) => text).join(""),
      meta: metadata,
    }));
  }

  async list(user: string, count: number): Promise<{ id: string }[]> {
    return await this.#adapter.getConversationsByUserId(user, {
      limit: count,
      orderBy: "updated_at",
      orderDirection: "DESC",
    });
  }

  listed(read: { id: string }[]): string[] {
    return read.map(({ id }) => id);
  }

  async remove({ id }: Thread): Promise<void> {
    await this.#adapter.deleteConversation(id);
  }

  async usage(user: string): Promise<Usage> {
    return await this.#counter.usage(
      `select m.metadata::jsonb from voltagent_memory_messages as m
       where m.user_id = $1 and m.role = 'assistant'
         and m.created_at >= date_trunc('day', now(), 'UTC')`,
      user,
    );
  }

  async count(): Promise<number> {
    return await this.#counter.count();
  }

  async close(): Promise<void> {
    await this.#end();
    await this.#counter.close();
  }
}

function messages(turn: Turn): Message[] {
  return [
    { id: turn.questionId, role: "user", parts: [{ type: "text", text: turn.question }] },
    {
      id: turn.answerId,
      role: "assistant",
      parts: [{ type: "text", text: turn.answer }],
      metadata: turn.meta,
    },
  ];
}

const order =
  "messages of one call share created_at, which reads are sorted by: a turn's order is left to chance";

async function openDirect(place: Place): Promise<VoltAgent> {
  const { PostgreSQLMemoryAdapter } = await load<
    { PostgreSQLMemoryAdapter: new (config: object) => Adapter }
  >("@voltagent/postgres");
  const adapter = new PostgreSQLMemoryAdapter({
    connection: place.adminUrl,
    maxConnections: 2 * callers,
  });
  return new VoltAgent(adapter, place, async () => {
    await (adapter.disconnect?.() ?? adapter.close?.());
  });
}

export const voltagent: Contender = {
  name: "@voltagent/postgres",
  group: "direct",
  kind: "rival",
  packages: ["@voltagent/postgres", "@voltagent/core"],
  atomic: true,
  database: "plain",
  notes: [
    "pool of 32: addMessages holds one connection and waits for a second, so 16 callers hang with its default of 10, and with 16",
    order,
    "usage: SQL over the metadata of messages",
  ],
  setup: async (place) => {
    const store = await openDirect(place);
    await store.createThread({
      number: 0,
      id: "00000000-0000-4000-8000-000000000000",
      user: "setup",
      title: "setup",
    });
    await store.close();
    await runSql(place.adminUrl, "truncate voltagent_memory_conversations cascade");
  },
  open: openDirect,
};

async function supabaseAdapter(): Promise<new (config: object) => Adapter> {
  return (await load<{ SupabaseMemoryAdapter: new (config: object) => Adapter }>(
    "@voltagent/supabase",
  )).SupabaseMemoryAdapter;
}

/** Where its tables are missing, it prints what makes them, to be run by hand. */
async function printedSql(place: Place): Promise<string> {
  const rest = await openRest<unknown>(place);
  const print = console.log;
  let printed = "";
  console.log = (...words) => {
    printed += `${words.join(" ")}\n`;
  };
  try {
    const Adapter = await supabaseAdapter();
    await new Adapter({ client: rest.service }).initialize?.();
  } finally {
    console.log = print;
    await rest.close();
  }
  const [, sql] = /Please run the following SQL[^\n]*\n([\s\S]*?)\n=====/.exec(printed) ?? [];
  if (sql === undefined) throw new Error(`it printed no SQL: ${printed.slice(0, 500)}`);
  return `${sql};
    grant all on all tables in schema public to service_role`;
}

export const voltagentSupabase: Contender = {
  name: "@voltagent/supabase",
  group: "http",
  kind: "rival",
  packages: ["@voltagent/supabase", "@voltagent/core"],
  atomic: true,
  database: "project",
  notes: [
    "with the service key and without policies, as it expects",
    "two requests a turn: it looks for the conversation first",
    order,
    "its tables are made from the SQL that it prints; usage: SQL over the metadata, past PostgREST, which it has no call for",
  ],
  setup: async (place) => await runSql(place.adminUrl, await printedSql(place)),
  open: async (place) => {
    const rest = await openRest<unknown>(place);
    const Adapter = await supabaseAdapter();
    return new VoltAgent(new Adapter({ client: rest.service }), place, () => rest.close());
  },
};
