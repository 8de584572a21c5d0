import type { Contender, Place, Shown, Store, Usage } from "../contender.ts";
import type { Meta, Thread, Turn } from "../data.ts";
import { load } from "../load.ts";
import { clock } from "./clock.ts";
import { callers, Counter } from "./pool.ts";

interface Message {
  id: string;
  role: string;
  threadId: string;
  resourceId: string;
  createdAt: Date;
  content: {
    format: 2;
    parts: { type: "text"; text: string }[];
    content: string;
    metadata?: Meta;
  };
}

interface Memory {
  saveThread(call: { thread: object }): Promise<unknown>;
  saveMessages(call: { messages: Message[] }): Promise<unknown>;
  listMessages(call: object): Promise<{ messages: Message[] }>;
  listThreads(call: object): Promise<{ threads: { id: string }[] }>;
  deleteThread(call: { threadId: string }): Promise<void>;
}

interface PostgresStore {
  init(): Promise<void>;
  getStore(name: "memory"): Promise<Memory>;
  close(): Promise<void>;
}

async function openStore({ adminUrl }: Place): Promise<PostgresStore> {
  const { PostgresStore: Made } = await load<
    { PostgresStore: new (config: object) => PostgresStore }
  >("@mastra/pg");
  return new Made({ id: "bench", connectionString: adminUrl, max: callers });
}

class Mastra implements Store {
  readonly #store: PostgresStore;
  readonly #memory: Memory;
  readonly #counter: Counter;

  constructor(store: PostgresStore, memory: Memory, { adminUrl }: Place) {
    this.#store = store;
    this.#memory = memory;
    this.#counter = new Counter(adminUrl, "select count(*) from mastra_messages");
  }

  async createThread({ id, user, title }: Thread): Promise<void> {
    const now = clock();
    await this.#memory.saveThread({
      thread: { id, resourceId: user, title, metadata: {}, createdAt: now, updatedAt: now },
    });
  }

  async turn(thread: Thread, turn: Turn): Promise<void> {
    await this.batch(thread, [turn]);
  }

  async apart(thread: Thread, turn: Turn): Promise<void> {
    for (const message of messages(thread, turn)) {
      await this.#memory.saveMessages({ messages: [message] });
    }
  }

  async batch(thread: Thread, turns: readonly Turn[]): Promise<void> {
    await this.#memory.saveMessages({ messages: turns.flatMap((turn) => messages(thread, turn)) });
  }

  async load(thread: Thread, turns: readonly Turn[]): Promise<void> {
    for (let from = 0; from < turns.length; from += 100) {
      await this.batch(thread, turns.slice(from, from + 100));
    }
  }

  async last({ id }: Thread, count: number): Promise<Message[]> {
    const { messages } = await this.#memory.listMessages({
      threadId: id,
      page: 0,
      perPage: count,
      orderBy: { field: "createdAt", direction: "DESC" },
    });
    return messages;
  }

  shown(read: Message[]): Shown[] {
    return [...read].reverse().map(({ role, content }) => ({
      role,
      text: content.parts.map(({ text }) => text).join(""),
      meta: content.metadata,
    }));
  }

  async list(user: string, count: number): Promise<{ id: string }[]> {
    const { threads } = await this.#memory.listThreads({
      filter: { resourceId: user },
      page: 0,
      perPage: count,
      orderBy: { field: "updatedAt", direction: "DESC" },
    });
    return threads;
  }

  listed(read: { id: string }[]): string[] {
    return read.map(({ id }) => id);
  }

  async remove({ id }: Thread): Promise<void> {
    await this.#memory.deleteThread({ threadId: id });
  }

  async usage(user: string): Promise<Usage> {
    return await this.#counter.usage(
      `select c.meta
       from mastra_threads as t
       join mastra_messages as m on m.thread_id = t.id
       cross join lateral (select m.content::jsonb -> 'metadata' as meta) as c
       where t."resourceId" = $1 and m.role = 'assistant'
         and m."createdAt" >= date_trunc('day', now() at time zone 'utc')`,
      user,
    );
  }

  async count(): Promise<number> {
    return await this.#counter.count();
  }

  async close(): Promise<void> {
    await this.#store.close();
    await this.#counter.close();
  }
}

function messages({ id, user }: Thread, turn: Turn): Message[] {
  const common = { threadId: id, resourceId: user };
  const content = (text: string) => ({
    format: 2 as const,
    parts: [{ type: "text" as const, text }],
    content: text,
  });
  return [
    {
      ...common,
      id: turn.questionId,
      role: "user",
      createdAt: clock(),
      content: content(turn.question),
    },
    {
      ...common,
      id: turn.answerId,
      role: "assistant",
      createdAt: clock(),
      content: { ...content(turn.answer), metadata: turn.meta },
    },
  ];
}

export const mastra: Contender = {
  name: "@mastra/pg",
  group: "direct",
  kind: "rival",
  packages: ["@mastra/pg", "@mastra/core"],
  atomic: true,
  database: "plain",
  notes: [
    "its engines ask for Node 22.13; its storage runs on the Node that is named above",
    "pool of 16; messages carry times of the app, which it sorts by",
    "usage: SQL over the JSON text of messages, since it has no API for it",
  ],
  setup: async (place) => {
    const store = await openStore(place);
    await store.init();
    await store.close();
  },
  open: async (place) => {
    const store = await openStore(place);
    await store.init();
    return new Mastra(store, await store.getStore("memory"), place);
  },
};
