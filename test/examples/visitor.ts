import { createServer, type IncomingHttpHeaders, request as send, type Server } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { startFunctions } from "../../local/functions.ts";
import { startGateway } from "../../local/gateway.ts";
import { localKeys } from "../../local/keys.ts";
import { root } from "../../local/paths.ts";
import { freePort, host } from "../../local/ports.ts";
import type { Api } from "../api/support.ts";

/** The real edge functions of the checkout behind a real gateway, which can go and come back. */
export interface Functions extends AsyncDisposable {
  url: string;
  down(): Promise<void>;
  up(): Promise<void>;
}

export async function openFunctions(
  api: Api,
  env: Record<string, string> = {},
): Promise<Functions> {
  const { apiUrl, anonKey, serviceRoleKey } = api.addresses;
  const functions = await startFunctions({
    project: root,
    log: () => undefined,
    env: {
      SUPABASE_URL: apiUrl,
      SUPABASE_ANON_KEY: anonKey,
      SUPABASE_SERVICE_ROLE_KEY: serviceRoleKey,
      ENABLE_CHAT_LOGGING: "true",
      USER_ID_SALT: "a salt for tests, which nobody else uses",
      RATE_LIMIT_PER_MINUTE: "100000",
      ...env,
    },
  });
  const port = await freePort();
  const keys = await localKeys();
  const open = () =>
    startGateway({
      port,
      keys,
      postgrestUrl: `${apiUrl}/rest/v1`,
      // Nobody signs in here.
      auth: {
        handle: (_, response) => Promise.resolve(void response.writeHead(501).end()),
        stop: () => Promise.resolve(),
      },
      functions,
    });
  let gateway: Awaited<ReturnType<typeof open>> | undefined = await open();
  const down = async () => {
    await gateway?.stop();
    gateway = undefined;
  };
  return {
    url: `http://${host}:${port}/functions/v1`,
    down,
    up: async () => {
      gateway ??= await open();
    },
    [Symbol.asyncDispose]: async () => {
      await down();
      await functions.stop();
    },
  };
}

interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

interface Seen {
  method: string;
  path: string;
  body: Record<string, unknown>;
}

/** Stands between the client and the gateway and spoils what it is told to. */
export interface Proxy extends AsyncDisposable {
  url: string;
  target: string;
  seen: Seen[];
  /** Instead of handing the request on. */
  instead: ((request: Seen) => Partial<Reply> | undefined) | undefined;
  /** What comes of an answer; undefined: the socket is destroyed. */
  answer: (reply: Reply, request: Seen) => Reply | undefined;
}

export async function openProxy(target: string): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
      const sent = Buffer.concat(chunks);
      const { method = "", url: path = "" } = request;
      // Whatever else comes, JSON or nothing is what the client sends.
      const body = sent.length > 0 ? JSON.parse(sent.toString()) as Record<string, unknown> : {};
      const seen = { method, path, body };
      proxy.seen.push(seen);
      const finish = (reply: Reply | undefined) => {
        if (reply) response.writeHead(reply.status, reply.headers).end(reply.body);
        else request.socket.destroy();
      };
      const made = proxy.instead?.(seen);
      if (made) {
        finish({ status: 500, headers: {}, body: Buffer.alloc(0), ...made });
        return;
      }
      const { connection: _, host: __, ...headers } = request.headers;
      const upstream = send(`${proxy.target}${path}`, { method, headers }, (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part)).on("end", () => {
          const { connection: ___, ...kept } = answer.headers;
          const reply = { status: answer.statusCode ?? 502, headers: kept };
          finish(proxy.answer({ ...reply, body: Buffer.concat(parts) }, seen));
        });
      });
      upstream.on("error", () => request.socket.destroy());
      upstream.end(sent);
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  const proxy: Proxy = {
    url: `http://${host}:${port}`,
    target,
    seen: [],
    instead: undefined,
    answer: (reply) => reply,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return proxy;
}

/** What a browser's localStorage does, and what stays of it when a page goes. */
export class MemoryStorage {
  readonly #values = new Map<string, string>();

  get length(): number {
    return this.#values.size;
  }

  key(index: number): string | null {
    return [...this.#values.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.#values.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#values.set(key, value);
  }

  removeItem(key: string): void {
    this.#values.delete(key);
  }
}

/** What the database holds of a session: role and text, in order. */
export async function stored(api: Api, sessionId: string): Promise<string[]> {
  const rows = await api.select(`
    select role || ': ' || content as line from public.conversation_messages
    where session_id = '${sessionId}' order by sequence_order`);
  return rows.map((row) => String(row["line"]));
}

/** Waits until it holds; fails with its last words otherwise. */
export async function until<T>(
  what: string,
  read: () => T | Promise<T>,
  good: (value: T) => boolean = Boolean,
  ms = 20_000,
): Promise<T> {
  for (const end = Date.now() + ms;; await sleep(20)) {
    const value = await read();
    if (good(value)) return value;
    if (Date.now() > end) throw new Error(`${what}: still ${JSON.stringify(value)}`);
  }
}
