import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createClient, type PostgrestError, type SupabaseClient } from "@supabase/supabase-js";
import pg from "pg";
import { NodeWebSocket } from "../../local/websocket.ts";
import type { Database } from "../../types/index.ts";
import { type Api as Addresses, openApi } from "../run/api.ts";

export type Client = SupabaseClient<Database>;

/** The running stack, with a client per caller. */
export class Api implements AsyncDisposable {
  readonly addresses: Addresses;
  readonly #release: () => PromiseLike<void>;

  constructor(addresses: Addresses, release: () => PromiseLike<void>) {
    this.addresses = addresses;
    this.#release = release;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#release();
  }

  client(key = this.addresses.anonKey): Client {
    return createClient<Database>(this.addresses.apiUrl, key, {
      auth: { persistSession: false, autoRefreshToken: false },
      realtime: { transport: NodeWebSocket },
    });
  }

  service(): Client {
    return this.client(this.addresses.serviceRoleKey);
  }

  /** A client of a user who has just signed up. */
  async user(): Promise<{ client: Client; id: string; token: string; email: string }> {
    const client = this.client();
    const email = `${randomUUID()}@example.com`;
    const { data, error } = await client.auth.signUp({ email, password: "correct horse" });
    assert.equal(error, null);
    assert.ok(data.user && data.session);
    return { client, id: data.user.id, token: data.session.access_token, email };
  }

  async anonymous(): Promise<{ client: Client; id: string }> {
    const client = this.client();
    const { data, error } = await client.auth.signInAnonymously();
    assert.equal(error, null);
    assert.ok(data.user);
    return { client, id: data.user.id };
  }

  /** A request as curl would send it; `path` begins below /rest/v1. */
  async send(path: string, token: string, init: RequestInit = {}): Promise<Response> {
    return await fetch(`${this.addresses.apiUrl}/rest/v1${path}`, {
      ...init,
      headers: {
        apikey: this.addresses.anonKey,
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        ...init.headers,
      },
    });
  }

  /** What the catalog says; the API is not asked. */
  async select(sql: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.addresses.dbUrl });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }
}

export async function openTestApi(): Promise<Api> {
  const api = await openApi();
  return new Api(api, () => api[Symbol.asyncDispose]());
}

/** The data of an answer that must be good. */
export function good<T>(answer: { data: T; error: PostgrestError | null }): NonNullable<T> {
  assert.equal(answer.error, null, JSON.stringify(answer.error));
  assert.ok(answer.data !== null && answer.data !== undefined, "no data");
  return answer.data;
}

export async function newSession(client: Client): Promise<string> {
  return good(await client.rpc("create_conversation_session", {})).id;
}

interface Answer {
  status: number;
  statusText: string;
  data: unknown;
  error: PostgrestError | null;
}

/** What identifies an error to a client. */
export function problem(answer: Answer) {
  const { code, details, message } = answer.error ?? {};
  return { status: answer.status, code, details, message };
}
