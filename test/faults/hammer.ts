import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Server } from "../server/support.ts";
import { assertExact, assertGapFree } from "./exact.ts";
import type { Select } from "./load.ts";
import type { Answer, Site } from "./site.ts";

export type Way = "PostgREST" | "chat-log";

interface Client {
  session: string;
  token: string;
  turns: string[];
}

const patienceMs = 60_000;

/** Clients over HTTP that log one turn after another, each until it is acknowledged. */
export class Hammer {
  readonly #site: Site;
  readonly #select: Select;
  readonly #clients: Client[];

  private constructor(site: Site, select: Select, clients: Client[]) {
    this.#site = site;
    this.#select = select;
    this.#clients = clients;
  }

  static async make(site: Site, server: Server, select: Select, count = 10): Promise<Hammer> {
    const clients: Client[] = [];
    for (let nth = 0; nth < count; nth++) {
      const user = await server.makeUser();
      const session = await server.makeSession(user);
      clients.push({ session, token: await site.tokenOf(user), turns: [] });
    }
    return new Hammer(site, select, clients);
  }

  /** Answers by status and code, while `during` does what it does to the store; afterwards every turn is there once. */
  async run(
    way: Way,
    during: (answers: Readonly<Record<string, number>>) => Promise<void>,
    text = "answers",
  ): Promise<{ turns: number; answers: Record<string, number> }> {
    const answers: Record<string, number> = {};
    let isOver = false;
    let turns = 0;
    const writing = this.#clients.map(async (client) => {
      do {
        const turn = randomUUID();
        for (const end = Date.now() + patienceMs;; await sleep(20)) {
          const answer = await this.#send(way, client, turn, text);
          const name = answer.status === 0 ? "no answer" : `${answer.status} ${answer.code}`.trim();
          answers[name] = (answers[name] ?? 0) + 1;
          if (answer.status === 200) break;
          assertClear(answer);
          assert.ok(Date.now() < end, `no way back: ${name} ${answer.message}`);
        }
        client.turns.push(turn);
        turns += 1;
      } while (!isOver);
    });
    const disturbing = during(answers).finally(() => isOver = true);
    const results = await Promise.allSettled([disturbing, ...writing]);
    for (const result of results) if (result.status === "rejected") throw result.reason;
    await this.assertWhole();
    return { turns, answers };
  }

  #send(way: Way, { session, token }: Client, turn: string, text: string): Promise<Answer> {
    return way === "PostgREST"
      ? this.#site.post("/rest/v1/rpc/log_turn?select=id", token, {
        p_session_id: session,
        p_turn_id: turn,
        p_user_message: "asks",
        p_assistant_message: text,
        p_provider: "openai",
        p_model_used: "gpt-4o",
        p_input_tokens: 90,
        p_output_tokens: 9,
      })
      : this.#site.post("/functions/v1/chat-log", token, {
        turnId: turn,
        sessionId: session,
        userMessage: "asks",
        aiResponse: text,
        provider: "openai",
        model: "gpt-4o",
        usage: { inputTokens: 90, outputTokens: 9 },
      });
  }

  /** Each turn that was acknowledged once, both halves of it, and no other. */
  async assertWhole(): Promise<void> {
    const sessions = this.#clients.map(({ session }) => session);
    const rows = await this.#select(
      `select m.session_id as session, array_agg(m.id order by m.sequence_order)
           filter (where m.role = 'user') as asked,
         count(*) filter (where m.role = 'assistant')::int as answered
       from public.conversation_messages as m
       where m.session_id = any ($1::uuid[]) group by m.session_id`,
      [sessions],
    );
    const found = new Map(rows.map((row) => [row["session"], row]));
    for (const { session, turns } of this.#clients) {
      assert.deepEqual(found.get(session)?.["asked"] ?? [], turns, "turns");
      assert.equal(found.get(session)?.["answered"] ?? 0, turns.length, "answers");
    }
    await assertGapFree(this.#select, sessions);
    await assertExact(this.#select);
  }
}

/** Says that it is not the client's fault, and what it is. */
export function assertClear({ status, code, message, text }: Answer): void {
  // When the database is killed under a request, PostgREST has no code for it and says 400.
  if (status === 0 || (status === 400 && code === "")) return;
  assert.ok(status >= 500 && status < 600, `${status} ${code} ${text}`);
  assert.ok(message.length > 0, `${status} without a word`);
}
