import {
  assert,
  assertEquals,
  assertExists,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { platformEnv, readEnv } from "../_shared/env.ts";
import { checkConfiguration } from "./configuration.ts";
import { createHandler } from "./handler.ts";
import { checkStore } from "./store.ts";

const key = "service-key";
const lines: string[] = [];
const fine = () => Promise.resolve();
const broken = () => Promise.reject(new Error("connection refused by db.internal"));

function handler(check: () => Promise<void>, allowedOrigins: string[] = []) {
  lines.length = 0;
  return createHandler({
    checks: { database: check },
    serviceKeys: [key],
    allowedOrigins,
    log: (line) => lines.push(line),
  });
}

function get(headers: Record<string, string> = {}, method = "GET") {
  return new Request("http://localhost/health", { method, headers });
}

Deno.test("a healthy store answers 200 without details", async () => {
  const response = await handler(fine)(get());
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("cache-control"), "no-store");
  assertEquals(await response.json(), {
    success: true,
    status: "ok",
    checks: [{ name: "database", ok: true }],
  });
});

Deno.test("a failed check answers 503 and does not say why", async () => {
  const response = await handler(broken)(get());
  assertEquals(response.status, 503);
  const body = await response.json();
  assertEquals(body.success, false);
  assertEquals(body.error.code, "UNHEALTHY");
  assertEquals(body.error.requestId, response.headers.get("x-request-id"));
  assertEquals(body.checks, [{ name: "database", ok: false }]);
});

for (
  const [name, value] of [["authorization", `Bearer ${key}`], [
    "apikey",
    key,
  ]] as const
) {
  Deno.test(`the service key in ${name} shows why`, async () => {
    const response = await handler(broken)(get({ [name]: value }));
    assertEquals(response.status, 503);
    const body = await response.json();
    assertEquals(body.checks[0].error, "connection refused by db.internal");
    assertEquals(typeof body.checks[0].ms, "number");
  });
}

Deno.test("another key shows nothing", async () => {
  const response = await handler(broken)(
    get({ authorization: "Bearer service-kez", apikey: "x" }),
  );
  assertEquals((await response.json()).checks, [{
    name: "database",
    ok: false,
  }]);
});

Deno.test("another method answers 405 and names the right one", async () => {
  const response = await handler(fine)(get({}, "POST"));
  assertEquals(response.status, 405);
  assertEquals(response.headers.get("allow"), "GET, OPTIONS");
  assertEquals((await response.json()).error.code, "METHOD_NOT_ALLOWED");
});

Deno.test("preflight: an allowed origin gets headers, another gets none", async () => {
  const serve = handler(fine, ["https://app.example"]);
  const allowed = await serve(
    get({ origin: "https://app.example" }, "OPTIONS"),
  );
  assertEquals(allowed.status, 204);
  assertEquals(
    allowed.headers.get("access-control-allow-origin"),
    "https://app.example",
  );
  assertEquals(
    allowed.headers.get("access-control-allow-methods"),
    "GET, OPTIONS",
  );
  const refused = await serve(
    get({ origin: "https://evil.example" }, "OPTIONS"),
  );
  assertEquals(refused.headers.get("access-control-allow-origin"), null);
  const any = await handler(fine, ["*"])(
    get({ origin: "https://evil.example" }),
  );
  assertEquals(any.headers.get("access-control-allow-origin"), "*");
});

Deno.test("one line of log a request, with nothing of its headers", async () => {
  await handler(broken)(get({ authorization: `Bearer ${key}` }));
  assertEquals(lines.length, 1);
  const entry = JSON.parse(lines[0] ?? "");
  assertEquals(Object.keys(entry), [
    "requestId",
    "route",
    "status",
    "code",
    "ms",
  ]);
  assertEquals([entry.route, entry.status, entry.code], [
    "health",
    503,
    "UNHEALTHY",
  ]);
  assert(!lines[0]?.includes(key));
});

Deno.test("the environment: what is wrong is named, its value is not", () => {
  const error = assertThrows(
    () =>
      readEnv(platformEnv, {
        SUPABASE_URL: "nonsense",
        SUPABASE_ANON_KEY: "a",
      }),
    Error,
  );
  assertMatch(error.message, /SUPABASE_URL/);
  assertMatch(error.message, /SUPABASE_SERVICE_ROLE_KEY/);
  assert(!error.message.includes("nonsense"));
  const env = readEnv(platformEnv, {
    SUPABASE_URL: "http://127.0.0.1:54321",
    SUPABASE_ANON_KEY: "a",
    SUPABASE_SERVICE_ROLE_KEY: "s",
    ALLOWED_ORIGINS: "https://a.example, https://b.example,",
  });
  assertExists(env.SUPABASE_URL);
  assertEquals(env.ALLOWED_ORIGINS, ["https://a.example", "https://b.example"]);
});

Deno.test("the configuration is bad only where chats are to be logged without a proper salt", async () => {
  const good = "0123456789abcdef0123456789abcdef";
  await checkConfiguration({ ENABLE_CHAT_LOGGING: true, USER_ID_SALT: good });
  await checkConfiguration({ ENABLE_CHAT_LOGGING: false, USER_ID_SALT: "" });
  for (const salt of ["", "pepper", "your-generated-salt-here"]) {
    const error = await assertRejects(
      () => checkConfiguration({ ENABLE_CHAT_LOGGING: true, USER_ID_SALT: salt }),
      Error,
    );
    assertMatch(error.message, /^USER_ID_SALT is /);
    if (salt) assert(!error.message.includes(salt));
  }
});

const store = { url: "http://db.internal", key };
const answering = (respond: () => Response): typeof fetch => () => Promise.resolve(respond());

Deno.test("the store is examined once in a while, by whomever it is asked", async () => {
  const calls: string[] = [];
  const send: typeof fetch = (url) => {
    calls.push(String(url));
    return Promise.resolve(Response.json([]));
  };
  let at = 0;
  const check = checkStore(store, { keepMs: 100, send, now: () => at });
  await Promise.all([check(), check()]);
  await check();
  assertEquals(calls, ["http://db.internal/rest/v1/rpc/store_doctor?ok=is.false"]);
  at = 99;
  await check();
  assertEquals(calls.length, 1);
  at = 100;
  await check();
  assertEquals(calls.length, 2);
});

Deno.test("what store_doctor finds is the reason", async () => {
  const found = [{ check: "indexes", ok: false, detail: "missing: idx_messages_cost." }];
  const check = checkStore(store, { send: answering(() => Response.json(found)) });
  const error = await assertRejects(check, Error);
  assertEquals(error.message, "indexes: missing: idx_messages_cost.");
});

Deno.test("without store_doctor there is nothing to find, and an error is one", async () => {
  await checkStore(store, { send: answering(() => new Response("{}", { status: 404 })) })();
  const check = checkStore(store, { send: answering(() => new Response("slow", { status: 500 })) });
  const error = await assertRejects(check, Error);
  assertEquals(error.message, "store_doctor answered 500: slow");
});

Deno.test("a store that does not answer keeps nobody waiting", async () => {
  const send: typeof fetch = (_url, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
    });
  const error = await assertRejects(checkStore(store, { timeoutMs: 50, send }), Error);
  assertEquals(error.name, "TimeoutError");
});
