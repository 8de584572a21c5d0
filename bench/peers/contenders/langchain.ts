import type pg from "pg";
import type { Contender, Place, Shown, Store } from "../contender.ts";
import type { Thread, Turn } from "../data.ts";
import { load } from "../load.ts";
import { Counter, openPool } from "./pool.ts";

export interface Message {
  getType(): string;
  content: string;
  response_metadata: Record<string, unknown>;
}
export interface Messages {
  HumanMessage: new (fields: object) => Message;
  AIMessage: new (fields: object) => Message;
}

interface History {
  addMessages(messages: Message[]): Promise<void>;
  addMessage(message: Message): Promise<void>;
  getMessages(): Promise<Message[]>;
  clear(): Promise<void>;
}

export async function loadMessages(): Promise<Messages> {
  return await load<Messages>("@langchain/core/messages");
}

export function asMessages({ HumanMessage, AIMessage }: Messages, turn: Turn) {
  return [
    new HumanMessage({ id: turn.questionId, content: turn.question }),
    new AIMessage({ id: turn.answerId, content: turn.answer, response_metadata: { ...turn.meta } }),
  ] as const;
}

export function shownMessages(read: Message[]): Shown[] {
  return read.map((message) => ({
    role: message.getType() === "human" ? "user" : "assistant",
    text: message.content,
    meta: message.response_metadata,
  }));
}

class LangChain implements Store {
  readonly #pool: pg.Pool;
  readonly #history: new (fields: object) => History;
  readonly #messages: Messages;
  readonly #counter: Counter;

  constructor(
    history: new (fields: object) => History,
    messages: Messages,
    { adminUrl }: Place,
  ) {
    this.#pool = openPool(adminUrl);
    this.#history = history;
    this.#messages = messages;
    this.#counter = new Counter(adminUrl, "select count(*) from langchain_chat_histories");
  }

  readonly #opened = new Map<string, History>();

  #of({ id }: Thread): History {
    const made = this.#opened.get(id) ??
      new this.#history({ sessionId: id, pool: this.#pool });
    this.#opened.set(id, made);
    return made;
  }

  /** Each instance makes its table at its first call, where there is none. */
  async createThread(thread: Thread): Promise<void> {
    await this.#of(thread).getMessages();
  }

  async turn(thread: Thread, turn: Turn): Promise<void> {
    await this.#of(thread).addMessages([...asMessages(this.#messages, turn)]);
  }

  async apart(thread: Thread, turn: Turn): Promise<void> {
    for (const message of asMessages(this.#messages, turn)) {
      await this.#of(thread).addMessage(message);
    }
  }

  async load(thread: Thread, turns: readonly Turn[]): Promise<void> {
    await this.#of(thread).addMessages(turns.flatMap((turn) => asMessages(this.#messages, turn)));
  }

  async last(thread: Thread, count: number): Promise<Message[]> {
    return (await this.#of(thread).getMessages()).slice(-count);
  }

  shown = shownMessages;

  async remove(thread: Thread): Promise<void> {
    await this.#of(thread).clear();
  }

  async count(): Promise<number> {
    return await this.#counter.count();
  }

  async close(): Promise<void> {
    await this.#pool.end();
    await this.#counter.close();
  }
}

async function open(place: Place): Promise<LangChain> {
  const { PostgresChatMessageHistory } = await load<
    { PostgresChatMessageHistory: new (fields: object) => History }
  >("@langchain/community/stores/message/postgres");
  return new LangChain(PostgresChatMessageHistory, await loadMessages(), place);
}

export const langchain: Contender = {
  name: "LangChain PostgresChatMessageHistory",
  group: "direct",
  kind: "reference",
  packages: ["@langchain/community", "@langchain/core"],
  atomic: false,
  database: "plain",
  notes: [
    "no index on the thread, no user, no time: a read goes through the whole table and is cut in JavaScript; no list, no usage",
  ],
  setup: async (place) => {
    const store = await open(place);
    await store.createThread({ number: 0, id: "setup", user: "", title: "" });
    await store.close();
  },
  open,
};
