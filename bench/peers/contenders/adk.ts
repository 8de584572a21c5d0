import type { Contender, Place, Shown, Store, Usage } from "../contender.ts";
import type { Thread, Turn } from "../data.ts";
import { load } from "../load.ts";
import { clock } from "./clock.ts";
import { callers, Counter } from "./pool.ts";

const appName = "bench";

interface Event {
  id: string;
  author: string;
  invocationId: string;
  timestamp: number;
  content: { role: string; parts: { text: string }[] };
  customMetadata?: Record<string, unknown>;
  actions: object;
}
interface Session {
  id: string;
  events: Event[];
}
interface Service {
  init?(): Promise<void>;
  createSession(call: object): Promise<Session>;
  appendEvent(call: { session: Session; event: Event }): Promise<unknown>;
  getSession(call: object): Promise<Session | undefined>;
  listSessions(call: object): Promise<{ sessions: { id: string }[] }>;
  deleteSession(call: object): Promise<void>;
  orm?: { close(): Promise<void> };
}

async function openService({ adminUrl }: Place): Promise<Service> {
  const { DatabaseSessionService } = await load<
    { DatabaseSessionService: new (options: unknown) => Service }
  >("@google/adk/sessions/database");
  const { PostgreSqlDriver } = await load<{ PostgreSqlDriver: unknown }>("@mikro-orm/postgresql");
  return new DatabaseSessionService({
    driver: PostgreSqlDriver,
    clientUrl: adminUrl,
    pool: { min: 0, max: callers },
  });
}

class Adk implements Store {
  readonly #service: Service;
  readonly #sessions = new Map<string, Session>();
  readonly #counter: Counter;
  #creating: Promise<unknown> = Promise.resolve();
  readonly #createEvent: (fields: object) => Event;

  constructor(service: Service, createEvent: (fields: object) => Event, { adminUrl }: Place) {
    this.#service = service;
    this.#createEvent = createEvent;
    this.#counter = new Counter(adminUrl, "select count(*) from events");
  }

  /** One after another: two first sessions of a user at once end in a unique violation. */
  async createThread({ id, user }: Thread): Promise<void> {
    const made = this.#creating.then(() =>
      this.#service.createSession({ appName, userId: user, sessionId: id, state: {} })
    );
    this.#creating = made.catch(() => undefined);
    this.#sessions.set(id, await made);
  }

  async turn(thread: Thread, turn: Turn): Promise<void> {
    const session = this.#sessions.get(thread.id);
    if (!session) throw new Error(`no session ${thread.id}`);
    for (const event of this.#events(turn)) await this.#service.appendEvent({ session, event });
  }

  async apart(thread: Thread, turn: Turn): Promise<void> {
    await this.turn(thread, turn);
  }

  #events(turn: Turn): Event[] {
    const common = { invocationId: turn.questionId, actions: {} };
    return [
      {
        ...common,
        id: turn.questionId,
        author: "user",
        timestamp: clock().getTime(),
        content: { role: "user", parts: [{ text: turn.question }] },
      },
      {
        ...common,
        id: turn.answerId,
        author: "model",
        timestamp: clock().getTime(),
        content: { role: "model", parts: [{ text: turn.answer }] },
        customMetadata: turn.meta,
      },
    ].map((fields) => this.#createEvent(fields));
  }

  /** Event by event it would take half an hour: the rows that it would write itself, in one statement. */
  async load({ id, user }: Thread, turns: readonly Turn[]): Promise<void> {
    const events = turns.flatMap((turn) => this.#events(turn));
    await this.#counter.run(
      `with added as (
        insert into events (id, app_name, user_id, session_id, invocation_id, timestamp, event_data)
        select e ->> 'id', $1, $2, $3, e ->> 'invocationId',
          to_timestamp((e ->> 'timestamp')::float8 / 1000), e::json
        from json_array_elements($4::json) as e
        returning timestamp
      )
      update sessions set update_time = (select max(timestamp) from added)
      where app_name = $1 and user_id = $2 and id = $3`,
      [appName, user, id, JSON.stringify(events)],
    );
  }

  async last({ id, user }: Thread, count: number): Promise<unknown> {
    return await this.#service.getSession({
      appName,
      userId: user,
      sessionId: id,
      config: { numRecentEvents: count },
    });
  }

  shown(read: Session): Shown[] {
    return read.events.map(({ author, content, customMetadata }) => ({
      role: author === "user" ? "user" : "assistant",
      text: content.parts.map(({ text }) => text).join(""),
      meta: plainMeta(customMetadata),
    }));
  }

  async list(user: string, count: number): Promise<{ id: string }[]> {
    const { sessions } = await this.#service.listSessions({
      appName,
      userId: user,
      limit: count,
      page: 1,
      order: "desc",
    });
    return sessions;
  }

  listed(read: { id: string }[]): string[] {
    return read.map(({ id }) => id);
  }

  async remove({ id, user }: Thread): Promise<void> {
    await this.#service.deleteSession({ appName, userId: user, sessionId: id });
  }

  async usage(user: string): Promise<Usage> {
    return await this.#counter.usage(
      `select e.event_data::jsonb -> 'customMetadata' from events as e
       where e.user_id = $1 and e.timestamp >= date_trunc('day', now(), 'UTC')
         and e.event_data ->> 'author' = 'model'`,
      user,
    );
  }

  async count(): Promise<number> {
    return await this.#counter.count();
  }

  async close(): Promise<void> {
    await this.#service.orm?.close();
    await this.#counter.close();
  }
}

/** It gives every key of an event back in camel case. */
function plainMeta(meta: Record<string, unknown> | undefined): Shown["meta"] {
  return meta && Object.fromEntries(
    Object.entries(meta).map(([key, value]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}

export const adk: Contender = {
  name: "@google/adk DatabaseSessionService",
  group: "direct",
  kind: "rival",
  packages: ["@google/adk", "@mikro-orm/postgresql"],
  atomic: false,
  slow: true,
  database: "plain",
  notes: [
    "what is read was loaded by SQL, as the rows that it writes; usage: SQL over the events' JSON",
    "sessions are made one after another, or two first ones of a user end in a unique violation",
    "an event is one transaction, a turn two; the caller keeps the session object, as it must; pool of 16",
  ],
  setup: async (place) => {
    const service = await openService(place);
    await service.createSession({ appName, userId: "setup", sessionId: "setup", state: {} });
    await service.orm?.close();
  },
  open: async (place) => {
    const { createEvent } = await load<{ createEvent: (fields: object) => Event }>("@google/adk");
    return new Adk(await openService(place), createEvent, place);
  },
};
