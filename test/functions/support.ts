import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { Agent, request as send } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type Functions, startFunctions } from "../../local/functions.ts";
import { type Gateway, startGateway } from "../../local/gateway.ts";
import { isRecord } from "../../local/http.ts";
import type { functionKeys } from "../../local/keys.ts";
import { root } from "../../local/paths.ts";
import { freePort, host } from "../../local/ports.ts";
import { type Api, openTestApi } from "../api/support.ts";

const names = [
  "chat-session",
  "chat-log",
  "embed",
  "feedback",
  "outcome",
  "health",
  "privacy",
  "storage-cleanup",
] as const;

/** What the functions under test are given, unless a test says otherwise. */
const environment = {
  ENABLE_CHAT_LOGGING: "true",
  USER_ID_SALT: randomBytes(32).toString("hex"),
  CHAT_LOG_RETENTION_DAYS: "",
  // Our gateway adds one entry to X-Forwarded-For; the one before it stands for the platform's.
  TRUSTED_PROXY_HOPS: "2",
  IP_MODE: "",
  ALLOWED_ORIGINS: "https://app.example, https://shop.example",
  // All tests come from one address.
  RATE_LIMIT_PER_MINUTE: "1000000",
  EMBEDDING_PROVIDER: "",
  EMBEDDING_API_URL: "",
  EMBEDDING_MODEL: "",
  EMBEDDING_SEND_DIMENSIONS: "",
  EMBEDDING_TIMEOUT_MS: "",
  STORAGE_TIMEOUT_MS: "",
};

export type Environment = Partial<
  Record<
    keyof typeof environment | "SUPABASE_URL" | keyof ReturnType<typeof functionKeys>,
    string
  >
>;

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** As text. */
  text: string;
  body: Record<string, unknown>;
}

export interface Call {
  method?: string;
  /** Sent as JSON, or as it is when it is text or bytes. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Sent without saying how long it is. */
  chunked?: boolean;
  /** Who calls. */
  secret?: string;
  token?: string;
}

/** The functions behind a gateway of their own, against the PostgREST of the folder's stack. */
export class Edge implements AsyncDisposable {
  readonly url: string;
  readonly salt: string;
  /** What the functions have printed. */
  readonly lines: string[];
  /** What callers sent and no log may show. */
  readonly hidden = new Set<string>();
  sent = 0;
  readonly #functions: Functions;
  readonly #gateway: Gateway;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });

  constructor(
    parts: { url: string; salt: string; lines: string[]; functions: Functions; gateway: Gateway },
  ) {
    this.url = parts.url;
    this.salt = parts.salt;
    this.lines = parts.lines;
    this.#functions = parts.functions;
    this.#gateway = parts.gateway;
  }

  /** `path` begins below /functions/v1. */
  call(path: string, call: Call = {}): Promise<Answer> {
    const { body, secret, token } = call;
    const isText = typeof body === "string" || body instanceof Uint8Array;
    const payload = body === undefined ? undefined : isText ? body : JSON.stringify(body);
    const headers: Record<string, string> = {
      ...(payload === undefined ? {} : { "content-type": "application/json" }),
      ...(secret ? { "x-session-secret": secret } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...call.headers,
    };
    // Shorter ones are no secrets, and stand in every line.
    for (const text of [secret, token]) if (text && text.length > 20) this.hidden.add(text);
    this.sent += 1;
    return new Promise((resolve, reject) => {
      const request = send(`${this.url}/functions/v1/${path}`, {
        method: call.method ?? (payload === undefined ? "GET" : "POST"),
        agent: this.#agent,
        headers: payload === undefined || call.chunked
          ? headers
          : { "content-length": Buffer.byteLength(payload), ...headers },
      });
      request.once("error", reject);
      request.once("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () => {
          const text = Buffer.concat(chunks).toString();
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            body: parseBody(text),
          });
        });
      });
      request.end(payload);
    });
  }

  post(path: string, body: unknown, by: Omit<Call, "body"> = {}): Promise<Answer> {
    return this.call(path, { ...by, body });
  }

  /** The process of a function that has been started. */
  pidOf(name: string): number | undefined {
    return this.#functions.find(name)?.pid;
  }

  /** Kills the process of a function, and waits until that is known: the next request starts another. */
  async kill(name: string): Promise<void> {
    const pid = this.pidOf(name);
    assert.ok(pid);
    process.kill(pid, "SIGKILL");
    while (isAlive(pid)) await sleep(5);
  }

  /** The processes of the functions that have been started. */
  pids(): (number | undefined)[] {
    return names.map((name) => this.#functions.find(name)?.pid);
  }

  /** One line a request, but for those that killed processes took along, of the fields that are allowed, and nothing in it that a caller sent. */
  async assertQuiet(taken = 0): Promise<void> {
    // What a process prints may come a moment after its answer.
    for (const end = Date.now() + 3000; this.lines.length < this.sent && Date.now() < end;) {
      await sleep(20);
    }
    const allowed = ["requestId", "route", "status", "code", "ms", "sqlstate", "error", "at"];
    assert.ok(
      this.lines.length <= this.sent && this.lines.length >= this.sent - taken,
      `${this.lines.length} lines for ${this.sent} requests, at last ${
        this.lines.slice(-3).join("\n")
      }`,
    );
    const hidden = [...this.hidden, host];
    for (const line of this.lines) {
      const [, name, json = ""] = /^\[([a-z-]+)\] (\{.*\})$/.exec(line) ?? [];
      const entry: unknown = JSON.parse(json || "null");
      assert.ok(name && isRecord(entry), line);
      assert.deepEqual(Object.keys(entry).filter((key) => !allowed.includes(key)), [], line);
      assert.match(String(entry["route"]), new RegExp(`^${name}(/[a-z]+)?$`));
      assert.match(String(entry["code"]), /^[A-Z_]+$/);
      for (const text of hidden) assert.ok(!line.includes(text), `${line} shows ${text}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    await this.#gateway.stop();
    await this.#functions.stop();
  }
}

/** Of an answer that is no JSON object, nothing. */
function parseBody(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    return isRecord(body) ? body : {};
  } catch {
    return {};
  }
}

export async function openEdge(
  api: Api,
  env: Environment = {},
  postgrestUrl = api.addresses.postgrestUrl,
): Promise<Edge> {
  const port = await freePort();
  const url = `http://${host}:${port}`;
  const { anonKey, serviceRoleKey } = api.addresses;
  const lines: string[] = [];
  const given = { ...environment, ...env };
  const functions = await startFunctions({
    project: root,
    env: {
      SUPABASE_URL: url,
      SUPABASE_ANON_KEY: anonKey,
      SUPABASE_SERVICE_ROLE_KEY: serviceRoleKey,
      ...given,
    },
    log: (line) => lines.push(line),
  });
  const gateway = await startGateway({
    port,
    keys: { anonKey, serviceRoleKey },
    postgrestUrl,
    functions,
    // Users sign up at the folder's stack.
    auth: {
      handle: (_request, response) => Promise.resolve(void response.writeHead(404).end()),
      stop: () => Promise.resolve(),
    },
  });
  return new Edge({ url, salt: given.USER_ID_SALT, lines, functions, gateway });
}

/** The stack and its functions, with the callers that most tests need. */
export class Fixture implements AsyncDisposable {
  readonly api: Api;
  readonly edge: Edge;
  readonly service: string;

  private constructor(api: Api, edge: Edge) {
    this.api = api;
    this.edge = edge;
    this.service = api.addresses.serviceRoleKey;
  }

  static async open(env: Environment = {}): Promise<Fixture> {
    const api = await openTestApi();
    return new Fixture(api, await openEdge(api, env));
  }

  /** A visitor's session that has just been started. */
  async visitor(): Promise<{ sessionId: string; sessionToken: string; secret: string }> {
    const sessionToken = `sess_${randomUUID()}`;
    const secret = newSecret();
    const answer = await this.edge.post("chat-session/start", {
      sessionToken,
      sessionSecret: secret,
    });
    assert.equal(answer.status, 200, answer.text);
    this.edge.hidden.add(secret);
    return { sessionId: String(answer.body["sessionId"]), sessionToken, secret };
  }

  /** A user with a session of their own. */
  async user(): Promise<{ token: string; id: string; sessionId: string }> {
    const { token, id, client } = await this.api.user();
    const { data, error } = await client.rpc("create_conversation_session", {});
    assert.equal(error, null);
    return { token, id, sessionId: String(data?.id) };
  }

  /** How many rows each table of ours has; rate limits are no data of anybody. */
  async counts(): Promise<Record<string, number>> {
    const tables = await this.api.select(`
      select format('%I.%I', n.nspname, c.relname) as name
      from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
      where n.nspname in ('public', 'private') and c.relkind in ('r', 'p')
        and not c.relispartition and c.relname <> 'rate_limits' order by 1`);
    const parts = tables.map(({ name }) =>
      `select '${String(name)}' as name, count(*)::int as rows from ${String(name)}`
    );
    const rows = await this.api.select(parts.join(" union all "));
    return Object.fromEntries(rows.map((row) => [String(row["name"]), Number(row["rows"])]));
  }

  /** The end of a file: what its functions have printed is looked at, whatever else has happened. */
  async close(): Promise<void> {
    await using _ = this;
    await this.edge.assertQuiet();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.edge[Symbol.asyncDispose]();
    await this.api[Symbol.asyncDispose]();
  }
}

export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** What of an error answer a client decides by. */
export function refusal(answer: Answer) {
  const { error } = answer.body;
  assert.equal(answer.body["success"], false, answer.text);
  assert.ok(isRecord(error), answer.text);
  assert.equal(error["requestId"], answer.headers["x-request-id"]);
  assert.equal(typeof error["message"], "string");
  return { status: answer.status, code: error["code"], hint: String(error["hint"] ?? "") };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
