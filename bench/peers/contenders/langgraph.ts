import type { Contender, Place, Shown, Store } from "../contender.ts";
import type { Thread, Turn } from "../data.ts";
import { load } from "../load.ts";
import {
  asMessages,
  loadMessages,
  type Message,
  type Messages,
  shownMessages,
} from "./langchain.ts";
import { callers, Counter, openPool } from "./pool.ts";

interface Saver {
  setup(): Promise<void>;
  getTuple(config: object): Promise<
    { checkpoint: { channel_values: { messages: Message[] } } } | undefined
  >;
  deleteThread(id: string): Promise<void>;
  end(): Promise<void>;
}
interface Graph {
  invoke(input: { messages: Message[] }, config: object): Promise<unknown>;
}
interface LangGraphModule {
  StateGraph: new (state: unknown) => {
    addNode(name: string, node: (state: unknown, config: Config) => unknown): unknown;
    addEdge(from: string, to: string): unknown;
    compile(options: object): Graph;
  };
  MessagesAnnotation: unknown;
  START: string;
  END: string;
}
/** The answer that the model gives travels in the config, as no model is asked. */
interface Config {
  configurable: { answers: Message[] };
}

type Durability = "async" | "exit";

async function openSaver({ adminUrl }: Place): Promise<Saver> {
  const { PostgresSaver } = await load<{ PostgresSaver: new (pool: unknown) => Saver }>(
    "@langchain/langgraph-checkpoint-postgres",
  );
  return new PostgresSaver(openPool(adminUrl, callers));
}

class LangGraph implements Store {
  readonly countsThreads = true;
  readonly #saver: Saver;
  readonly #graph: Graph;
  readonly #messages: Messages;
  readonly #durability: Durability;
  readonly #counter: Counter;
  /** Blobs hold whole lists: what is stored is counted by reading the threads. */
  readonly #threads = new Map<string, Thread>();

  private constructor(
    saver: Saver,
    graph: Graph,
    messages: Messages,
    place: Place,
    durability: Durability,
  ) {
    this.#saver = saver;
    this.#graph = graph;
    this.#messages = messages;
    this.#durability = durability;
    this.#counter = new Counter(
      place.adminUrl,
      "select count(distinct thread_id) from checkpoints",
    );
  }

  static async open(place: Place, durability: Durability): Promise<LangGraph> {
    const { StateGraph, MessagesAnnotation, START, END } = await load<LangGraphModule>(
      "@langchain/langgraph",
    );
    const saver = await openSaver(place);
    const builder = new StateGraph(MessagesAnnotation);
    builder.addNode("model", (_state, { configurable }) => ({ messages: configurable.answers }));
    builder.addEdge(START, "model");
    builder.addEdge("model", END);
    const graph = builder.compile({ checkpointer: saver });
    return new LangGraph(saver, graph, await loadMessages(), place, durability);
  }

  createThread(thread: Thread): Promise<void> {
    this.#threads.set(thread.id, thread);
    return Promise.resolve();
  }

  async #invoke({ id }: Thread, messages: Message[], answers: Message[]): Promise<void> {
    await this.#graph.invoke({ messages }, {
      configurable: { thread_id: id, answers },
      durability: this.#durability,
    });
  }

  async turn(thread: Thread, turn: Turn): Promise<void> {
    const [question, answer] = asMessages(this.#messages, turn);
    await this.#invoke(thread, [question], [answer]);
  }

  async apart(thread: Thread, turn: Turn): Promise<void> {
    const [question, answer] = asMessages(this.#messages, turn);
    await this.#invoke(thread, [question], []);
    await this.#invoke(thread, [answer], []);
  }

  async load(thread: Thread, turns: readonly Turn[]): Promise<void> {
    await this.#invoke(thread, turns.flatMap((turn) => asMessages(this.#messages, turn)), []);
  }

  async last({ id }: Thread, count: number): Promise<Message[]> {
    const tuple = await this.#saver.getTuple({ configurable: { thread_id: id } });
    return tuple?.checkpoint.channel_values.messages.slice(-count) ?? [];
  }

  shown(read: Message[]): Shown[] {
    return shownMessages(read);
  }

  async remove({ id }: Thread): Promise<void> {
    await this.#saver.deleteThread(id);
    this.#threads.delete(id);
  }

  async count(): Promise<number> {
    if (this.#threads.size === 0) return await this.#counter.count();
    let count = 0;
    for (const { id } of this.#threads.values()) {
      const tuple = await this.#saver.getTuple({ configurable: { thread_id: id } });
      count += tuple?.checkpoint.channel_values.messages?.length ?? 0;
    }
    return count;
  }

  async close(): Promise<void> {
    await this.#saver.end();
    await this.#counter.close();
  }
}

function variant(name: string, durability: Durability): Contender {
  return {
    name,
    group: "direct",
    kind: "rival",
    packages: ["@langchain/langgraph-checkpoint-postgres", "@langchain/langgraph"],
    // By default the question has a checkpoint of its own, before the answer.
    atomic: durability === "exit",
    slow: true,
    database: "plain",
    notes: [
      `a graph of one node whose answer is given; durability '${durability}'; pool of 16`,
      "every checkpoint holds the whole list again, and a read loads all of it and is cut in JavaScript; no list of a user's threads, no usage (blobs)",
      "what is read was loaded in one step a thread: the least that it can hold of it",
    ],
    setup: async (place) => {
      const saver = await openSaver(place);
      await saver.setup();
      await saver.end();
    },
    open: (place) => LangGraph.open(place, durability),
  };
}

export const langgraph = variant("LangGraph PostgresSaver", "async");
export const langgraphExit = variant("LangGraph PostgresSaver, durability exit", "exit");
