import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { Stack } from "../../local/stack.ts";
import { NodeWebSocket } from "../../local/websocket.ts";
import type { Database } from "../../types/index.ts";
import type { Random } from "../server/support.ts";

/** What one request came to. */
export interface Outcome {
  what: string;
  ms: number;
  /** Status and code; undefined: as it should be. */
  refused: string | undefined;
}

type Client = SupabaseClient<Database>;

interface Answer {
  status: number;
  data?: unknown;
  error: { code?: string; message: string } | null;
}

const words = ["refund", "invoice", "weather", "garden", "train", "recipe", "password", "holiday"];

/** Somebody who chats: signs up, then makes one call after another with a pause between them. */
export class Chatter {
  readonly #client: Client;
  readonly #random: Random;
  readonly #report: (outcome: Outcome) => void;
  readonly #sessions: string[] = [];
  #token = "";
  /** Messages of the session in hand, to edit, rate and delete. */
  #messages: string[] = [];

  constructor(stack: Stack, random: Random, report: (outcome: Outcome) => void) {
    this.#client = createClient<Database>(stack.apiUrl, stack.anonKey, {
      auth: { persistSession: false, autoRefreshToken: false },
      realtime: { transport: NodeWebSocket },
    });
    this.#random = random;
    this.#report = report;
  }

  async signUp(): Promise<void> {
    const { data, error } = await this.#client.auth.signUp({
      email: `${randomUUID()}@example.com`,
      password: "correct horse",
    });
    if (error || !data.session) throw error ?? new Error("no session");
    this.#token = data.session.access_token;
    await this.#newSession();
  }

  async chat(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await this.#step();
      await sleep(200 + this.#random.int(900));
    }
  }

  /** One request, and how it ended. `wanted` is the refusal that it is sent for. */
  async #ask(what: string, call: PromiseLike<Answer>, wanted?: string): Promise<unknown> {
    const began = performance.now();
    const { status, data, error } = await call;
    const ms = performance.now() - began;
    const refused = error ? `${status} ${error.code ?? ""} ${error.message}` : undefined;
    if (wanted === undefined) this.#report({ what, ms, refused });
    else if (refused?.startsWith(wanted)) {
      this.#report({ what: `refused: ${what}`, ms, refused: undefined });
    } else this.#report({ what, ms, refused: `${refused ?? status} instead of ${wanted}` });
    return error ? undefined : data;
  }

  async #newSession(): Promise<void> {
    const made = await this.#ask(
      "create_conversation_session",
      this.#client.rpc("create_conversation_session", {}).select("id"),
    );
    // The columns that were asked for.
    const [row] = [made].flat() as ({ id: string } | undefined)[];
    if (row) this.#sessions.push(row.id);
    this.#messages = [];
  }

  get #session(): string {
    return this.#sessions.at(-1) ?? randomUUID();
  }

  #text(): string {
    return Array.from({ length: 4 + this.#random.int(60) }, () => this.#random.pick(words)).join(
      " ",
    );
  }

  async #step(): Promise<void> {
    const kind = this.#random.int(100);
    if (kind < 18) await this.#insert();
    else if (kind < 32) await this.#turn();
    else if (kind < 37) await this.#append();
    else if (kind < 42) await this.#stream();
    else if (kind < 50) await this.#chatLog();
    else if (kind < 53) await this.#edit();
    else if (kind < 55) await this.#delete();
    else if (kind < 57) await this.#newSession();
    else if (kind < 59) await this.#rate();
    else if (kind < 61) await this.#budget();
    else if (kind < 96) await this.#read();
    else await this.#provoke();
  }

  async #insert(): Promise<void> {
    const id = randomUUID();
    await this.#ask(
      "insert a message",
      this.#client.from("conversation_messages").insert({
        id,
        session_id: this.#session,
        role: "user",
        content: this.#text(),
      }),
    );
    this.#messages.push(id);
  }

  #turnArgs() {
    return {
      p_session_id: this.#session,
      p_turn_id: randomUUID(),
      p_user_message: this.#text(),
      p_assistant_message: this.#text(),
      p_provider: "openai",
      p_model_used: "gpt-4o",
      p_input_tokens: this.#random.int(4000),
      p_output_tokens: this.#random.int(400),
      p_latency_ms: this.#random.int(4000),
    };
  }

  async #turn(): Promise<void> {
    const args = this.#turnArgs();
    await this.#ask("log_turn", this.#client.rpc("log_turn", args).select("id"));
    this.#messages.push(args.p_turn_id);
  }

  async #append(): Promise<void> {
    const p_messages = Array.from({ length: 2 + this.#random.int(20) }, (_, nth) => ({
      id: randomUUID(),
      role: nth % 2 === 0 ? "user" as const : "assistant" as const,
      content: this.#text(),
    }));
    await this.#ask(
      "append_messages",
      this.#client.rpc("append_messages", { p_session_id: this.#session, p_messages }).select("id"),
    );
  }

  async #stream(): Promise<void> {
    const p_message_id = randomUUID();
    await this.#ask(
      "begin_message",
      this.#client.rpc("begin_message", {
        p_session_id: this.#session,
        p_message_id,
        p_provider: "openai",
        p_model_used: "gpt-4o",
      }).select("id"),
    );
    for (let p_seq = 1; p_seq <= 6; p_seq++) {
      await this.#ask(
        "append_message_delta",
        this.#client.rpc("append_message_delta", { p_message_id, p_seq, p_delta: this.#text() }),
      );
    }
    await this.#ask(
      "finish_message",
      this.#client.rpc("finish_message", {
        p_message_id,
        p_input_tokens: 900,
        p_output_tokens: 90,
        p_latency_ms: 800,
      }).select("id"),
    );
  }

  async #edit(): Promise<void> {
    const p_message_id = this.#messages.at(-1);
    if (p_message_id === undefined) return await this.#insert();
    const p_new_message_id = randomUUID();
    await this.#ask(
      "edit_message",
      this.#client.rpc("edit_message", { p_message_id, p_content: this.#text(), p_new_message_id })
        .select("id"),
    );
  }

  async #delete(): Promise<void> {
    const id = this.#messages.shift();
    if (id === undefined) return await this.#insert();
    await this.#ask(
      "delete a message",
      this.#client.from("conversation_messages").delete().eq("id", id),
    );
  }

  async #rate(): Promise<void> {
    const message_id = this.#messages.at(-1);
    if (message_id === undefined) return await this.#insert();
    await this.#ask(
      "rate a message",
      this.#client.from("message_feedback").upsert({
        message_id,
        rating: this.#random.pick(["up", "down"]),
      }),
    );
  }

  async #budget(): Promise<void> {
    const p_reservation_id = randomUUID();
    await this.#ask(
      "reserve_budget",
      this.#client.rpc("reserve_budget", {
        p_session_id: this.#session,
        p_amount_usd: 0.05,
        p_reservation_id,
      }).select("id"),
    );
    await this.#ask(
      "log_turn with a hold",
      this.#client.rpc("log_turn", { ...this.#turnArgs(), p_reservation_id }).select("id"),
    );
  }

  async #read(): Promise<void> {
    const p_session_id = this.#random.pick(this.#sessions);
    switch (this.#random.int(6)) {
      case 0:
        await this.#ask("list_sessions", this.#client.rpc("list_sessions", {}));
        return;
      case 1:
        await this.#ask("get_session_cost", this.#client.rpc("get_session_cost", { p_session_id }));
        return;
      case 2:
        await this.#ask(
          "search_messages",
          this.#client.rpc("search_messages", { p_query: this.#random.pick(words) }),
        );
        return;
      case 3:
        await this.#ask(
          "usage_daily",
          this.#client.from("usage_daily").select("day, model, requests, cost_usd"),
        );
        return;
      default:
        await this.#ask(
          "get_conversation_history",
          this.#client.rpc("get_conversation_history", { p_session_id }),
        );
    }
  }

  /** A turn through the edge function. */
  async #chatLog(): Promise<void> {
    await this.#ask("chat-log", this.#invoke(this.#session, randomUUID()));
  }

  async #invoke(sessionId: string, turnId: string): Promise<Answer> {
    const { data, error, response } = await this.#client.functions.invoke("chat-log", {
      headers: { authorization: `Bearer ${this.#token}` },
      body: { turnId, sessionId, userMessage: this.#text(), aiResponse: this.#text() },
    });
    return {
      status: response?.status ?? 0,
      data,
      error: error ? { message: String(error) } : null,
    };
  }

  /** What has to be refused. */
  async #provoke(): Promise<void> {
    switch (this.#random.int(4)) {
      case 0:
        await this.#ask(
          "a session of nobody",
          this.#client.rpc("log_turn", { ...this.#turnArgs(), p_session_id: randomUUID() }),
          "404 PT404",
        );
        return;
      case 1: {
        const args = this.#turnArgs();
        await this.#ask("log_turn", this.#client.rpc("log_turn", args).select("id"));
        await this.#ask(
          "the same id with another text",
          this.#client.rpc("log_turn", { ...args, p_user_message: "another" }),
          "409 PT409",
        );
        return;
      }
      case 2:
        await this.#ask(
          "a column that is not theirs",
          this.#client.from("conversation_messages").insert({
            session_id: this.#session,
            role: "user",
            content: "x",
            // One that the types know and no caller may give.
            sequence_order: 1,
          } as never),
          "403 42501",
        );
        return;
      default:
        await this.#ask("a turn of no session", this.#invoke(randomUUID(), randomUUID()), "404");
    }
  }
}
