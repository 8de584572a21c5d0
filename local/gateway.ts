import {
  Agent,
  createServer,
  type IncomingMessage,
  maxHeaderSize,
  request as send,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { Duplex } from "node:stream";
import type { AuthServer } from "./auth/server.ts";
import type { Functions } from "./functions.ts";
import { bearer, sendJson } from "./http.ts";
import { type Keys, publishableKey, secretKey, verify } from "./keys.ts";
import { host } from "./ports.ts";

export interface GatewayOptions {
  port: number;
  keys: Keys;
  postgrestUrl: string;
  auth: AuthServer;
  functions: Functions | undefined;
}

export interface Gateway {
  stop(): Promise<void>;
}

/** The one address that clients use, with the paths of a Supabase project. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  // Not kept alive: a connection that the other side closes just then would fail a request.
  const agent = new Agent({ keepAlive: false, maxSockets: 128 });
  const server = createServer((request, response) => {
    route(request, response, options, agent).catch((error: unknown) => {
      console.error(`gateway: ${error instanceof Error ? error.message : String(error)}`);
      if (!response.headersSent) {
        sendJson(response, 500, { message: "the local gateway failed" }, cors(request));
      } else response.destroy();
    });
  });
  // A streamed answer may take as long as it likes.
  server.requestTimeout = 0;
  // Longer than clients keep theirs: a connection that we close may have a request on its way.
  server.keepAliveTimeout = 120_000;
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.on("request", (request, response) => answers.set(request.socket, response));
  server.on("clientError", (error, socket) => {
    const running = answers.get(socket);
    // Not into the midst of an answer.
    if (running?.headersSent && !running.writableFinished) socket.destroy();
    else answerUnread(error, socket);
  });
  await listen(server, options.port);
  return {
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  options: GatewayOptions,
  agent: Agent,
): Promise<void> {
  const url = readUrl(request.url ?? "/");
  const [, service, version, ...rest] = url?.pathname.split("/") ?? [];
  const path = `/${rest.join("/")}`;
  if (!url || version !== "v1") {
    sendJson(response, 404, { message: "no Route matched with those values" }, cors(request));
    return;
  }
  if (service === "functions") {
    await toFunction(request, response, { path, search: url.search, options, agent });
    return;
  }
  const headers = cors(request);
  if (request.method === "OPTIONS") {
    response.writeHead(200, headers).end();
    return;
  }
  if (service === "storage" || service === "realtime") {
    sendJson(response, 501, {
      statusCode: "501",
      error: "not_implemented",
      message: `the Docker-free stack has no ${service} service: use \`supabase start\` for it`,
    }, headers);
    return;
  }
  if (service !== "rest" && service !== "auth") {
    sendJson(response, 404, { message: "no Route matched with those values" }, headers);
    return;
  }
  const open = service === "auth" && (path === "/health" || path.startsWith("/.well-known/"));
  if (!open) {
    const problem = admit(request, url, options.keys);
    if (problem) {
      sendJson(response, 401, { message: problem }, headers);
      return;
    }
  }
  if (service === "auth") {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    await options.auth.handle(request, response, path, url.searchParams);
    return;
  }
  // Only where it is: touching searchParams writes the whole query anew.
  if (url.searchParams.has("apikey")) url.searchParams.delete("apikey");
  const target = `${options.postgrestUrl}${path}${url.search}`;
  forward(request, response, { target, agent, headers, name: "PostgREST" });
}

/** A path, or a whole address as proxies are sent one; what begins with // is a path too, and names no host. */
function readUrl(target: string): URL | undefined {
  const address = target.startsWith("/") ? `http://${host}${target}` : target;
  return URL.canParse(address) ? new URL(address) : undefined;
}

/** Checks the API key, as the platform's gateway does, and lets it stand for a token where none is given. */
function admit(request: IncomingMessage, url: URL, keys: Keys): string | undefined {
  const given = request.headers["apikey"] ?? url.searchParams.get("apikey");
  if (typeof given !== "string" || given === "") return "No API key found in request";
  const token = tokenFor(given, keys);
  if (!token) return "Invalid API key";
  const sent = bearer(request);
  if (sent === undefined || sent === given) request.headers.authorization = `Bearer ${token}`;
  return undefined;
}

function tokenFor(apiKey: string, keys: Keys): string | undefined {
  if (apiKey === keys.anonKey || apiKey === publishableKey) return keys.anonKey;
  if (apiKey === keys.serviceRoleKey || apiKey === secretKey) return keys.serviceRoleKey;
  return undefined;
}

async function toFunction(
  request: IncomingMessage,
  response: ServerResponse,
  call: { path: string; search: string; options: GatewayOptions; agent: Agent },
): Promise<void> {
  const name = call.path.split("/")[1] ?? "";
  const { functions, keys } = call.options;
  if (!functions) {
    sendJson(response, 503, {
      code: "BOOT_ERROR",
      message: "functions are switched off (--no-functions)",
    });
    return;
  }
  const found = functions.find(name);
  if (!found) {
    sendJson(response, 404, { code: "NOT_FOUND", message: "Requested function was not found" });
    return;
  }
  if (found.verifyJwt && request.method !== "OPTIONS") {
    const token = bearer(request);
    if (!token) {
      sendJson(response, 401, {
        code: "UNAUTHORIZED_NO_AUTH_HEADER",
        message: "Missing authorization header",
      });
      return;
    }
    const known = tokenFor(token, keys);
    if (!known && !(await verify(token))) {
      sendJson(response, 401, { code: "UNAUTHORIZED_INVALID_JWT_FORMAT", message: "Invalid JWT" });
      return;
    }
  }
  let base: string;
  try {
    base = await found.ready();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    sendJson(response, 503, {
      code: "BOOT_ERROR",
      message: "Function failed to start (please check logs)",
    });
    return;
  }
  forward(request, response, {
    target: `${base}${call.path}${call.search}`,
    agent: call.agent,
    headers: {},
    name: `function ${name}`,
  });
}

/** Hands a request on with its body as it comes in, and the answer as it comes out; an abort on one side ends the other. */
function forward(
  request: IncomingMessage,
  response: ServerResponse,
  to: { target: string; agent: Agent; headers: Record<string, string>; name: string },
): void {
  const target = new URL(to.target);
  const { connection: _, ...headers } = request.headers;
  const from = request.socket.remoteAddress ?? "unknown";
  const before = request.headers["x-forwarded-for"];
  const upstream = send(target, {
    method: request.method,
    agent: to.agent,
    headers: {
      ...headers,
      "x-forwarded-for": before ? `${String(before)}, ${from}` : from,
      "x-forwarded-host": request.headers.host ?? host,
      "x-forwarded-proto": "http",
    },
  });
  upstream.once("response", (answer) => {
    const { connection: __, ...received } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, {
      ...received,
      ...to.headers,
    });
    answer.pipe(response);
    answer.once("error", () => response.destroy());
  });
  upstream.once("error", (error: NodeJS.ErrnoException) => {
    // Not request.destroyed, which a request also is once its body has been read.
    if (response.headersSent || request.socket.destroyed) {
      response.destroy();
      return;
    }
    const down = error.code === "ECONNREFUSED";
    sendJson(response, down ? 503 : 502, {
      message: down
        ? `${to.name} is not running`
        : `${to.name} broke the connection: ${error.message}`,
    }, to.headers);
  });
  response.once("close", () => {
    upstream.destroy();
    // An answer may come before the body has ended, and the next request on this connection stands behind the rest of it.
    request.unpipe(upstream);
    request.resume();
  });
  request.pipe(upstream);
}

/** Node's own answer has no word of what is wrong, and a list of ids in a filter is soon too long. */
function answerUnread(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable) return;
  const [status, message] = error.code === "HPE_HEADER_OVERFLOW"
    ? [
      431,
      `the address and the headers are longer than ${
        maxHeaderSize / 1024
      } KiB: filter by fewer values`,
    ]
    : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
    ? [408, "the request took too long to arrive"]
    : [400, "this is no HTTP request"];
  const body = JSON.stringify({ message });
  socket.end([
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "access-control-allow-origin: *",
    "content-type: application/json; charset=utf-8",
    `content-length: ${body.length}`,
    "connection: close",
    "",
    body,
  ].join("\r\n"));
}

function cors(request: IncomingMessage): Record<string, string> {
  const asked = request.headers["access-control-request-headers"];
  return {
    "access-control-allow-origin": request.headers.origin ?? "*",
    "access-control-allow-methods": "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS",
    "access-control-allow-headers": asked ??
      "authorization, apikey, content-type, x-client-info, prefer, range",
    "access-control-expose-headers":
      "Content-Range, Content-Location, Location, Preference-Applied",
    "access-control-max-age": "3600",
    vary: "Origin",
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
