import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  createVisitorClient,
  deviceType,
  type VisitorClient,
  type VisitorOptions,
} from "../../examples/visitor-client/visitor.ts";
import { freePort, host } from "../../local/ports.ts";
import { type Api, openTestApi } from "../api/support.ts";
import {
  type Functions,
  MemoryStorage,
  openFunctions,
  openProxy,
  type Proxy,
  stored,
  until,
} from "./visitor.ts";

let api: Api;
let functions: Functions;
let proxy: Proxy;
const escaped: unknown[] = [];
const opened: VisitorClient[] = [];
const onRejection = (reason: unknown) => void escaped.push(reason);

before(async () => {
  process.on("unhandledRejection", onRejection);
  api = await openTestApi();
  functions = await openFunctions(api);
  proxy = await openProxy(functions.url);
});
after(async () => {
  process.off("unhandledRejection", onRejection);
  await proxy?.[Symbol.asyncDispose]();
  await functions?.[Symbol.asyncDispose]();
  await api?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  proxy.target = functions.url;
  proxy.instead = undefined;
  proxy.answer = (reply) => reply;
  proxy.seen.length = 0;
});
afterEach(async () => {
  for (const client of opened.splice(0)) client.close();
  await functions.up();
  assert.deepEqual(escaped.splice(0), [], "something was rejected and nobody looked");
});

/** With pauses that a test can wait for. */
function open(options: Partial<VisitorOptions> = {}): VisitorClient {
  const client = createVisitorClient({
    functionsUrl: proxy.url,
    storage: new MemoryStorage(),
    retryMs: 20,
    maxRetryMs: 100,
    ...options,
  });
  opened.push(client);
  return client;
}

async function started(options: Partial<VisitorOptions> = {}): Promise<[VisitorClient, string]> {
  const client = open(options);
  assert.equal(await client.start(), true, JSON.stringify(client.lastError));
  assert.ok(client.sessionId);
  return [client, client.sessionId];
}

function turn(text: string) {
  return { userMessage: text, aiResponse: `To ${text}` };
}

function lines(...texts: string[]): string[] {
  return texts.flatMap((text) => [`user: ${text}`, `assistant: To ${text}`]);
}

function paths(): string[] {
  return proxy.seen.map(({ path }) => path);
}

function logged(): string[][] {
  return proxy.seen.filter(({ path }) => path === "/chat-log").map(({ body }) =>
    (body["turns"] as { turnId: string }[]).map(({ turnId }) => turnId)
  );
}

test("devices change at 768 and at 1024 pixels", () => {
  assert.deepEqual(
    [320, 767, 768, 1023, 1024, 2000].map((width) => deviceType(width)),
    ["mobile", "mobile", "tablet", "tablet", "desktop", "desktop"],
  );
});

test("a session outlives a reload without a request", async () => {
  const storage = new MemoryStorage();
  const [client, session] = await started({ storage });
  assert.equal(client.isActive, true);
  const { sessionToken, sessionSecret } = proxy.seen[0]?.body ?? {};
  assert.equal(sessionToken, client.sessionToken);
  assert.match(String(sessionSecret), /^[\w-]{43,}$/);
  const [row] = await api.select(`
    select session_token, device_type from public.session_clients
    where session_id = '${session}'`);
  assert.deepEqual(row, { session_token: client.sessionToken, device_type: "desktop" });
  assert.deepEqual(paths(), ["/chat-session/start"]);
  const [again] = await started({ storage });
  assert.equal(again.sessionId, session);
  assert.deepEqual(paths(), ["/chat-session/start"]);
});

test("a start whose answer is lost is repeated and makes one session", async () => {
  proxy.answer = (reply) => proxy.seen.length > 2 ? reply : undefined;
  const client = open();
  assert.equal(await client.start(), false);
  assert.equal(client.isActive, false);
  await until("a session", () => client.isActive);
  assert.deepEqual(proxy.seen.map(({ body }) => body), Array(3).fill(proxy.seen[0]?.body));
  const rows = await api.select(`
    select 1 from public.session_clients where session_token = '${client.sessionToken}'`);
  assert.equal(rows.length, 1);
});

test("a turn is stored with all that is known of it", async () => {
  const [client, session] = await started();
  const id = client.log({
    ...turn("one"),
    mood: "curious",
    responseTimeMs: 120,
    provider: "openai",
    model: "gpt-4o-mini",
    costUsd: "0.000123",
    usage: { inputTokens: 10, outputTokens: 5 },
    finishReason: "stop",
    metadata: { page: "/home" },
  });
  assert.equal(await client.flush(), true);
  assert.deepEqual(await stored(api, session), lines("one"));
  const [question, answer] = await api.select(`
    select id, provider, model_used, latency_ms, cost_usd::text, input_tokens, output_tokens
    from public.conversation_messages where session_id = '${session}' order by sequence_order`);
  assert.equal(question?.["id"], id);
  assert.deepEqual({ ...answer, id: "", cost_usd: Number(answer?.["cost_usd"]) }, {
    id: "",
    provider: "openai",
    model_used: "gpt-4o-mini",
    latency_ms: 120,
    cost_usd: 0.000123,
    input_tokens: 10,
    output_tokens: 5,
  });
});

test("turns logged while the server is away come later, in one request and in order", async () => {
  const storage = new MemoryStorage();
  const [client, session] = await started({ storage, maxRetryMs: 60_000, retryMs: 60_000 });
  await functions.down();
  for (const text of ["a", "b"]) client.log(turn(text));
  assert.equal(await client.flush(), false);
  const before = proxy.seen.length;
  client.log(turn("c"));
  await sleep(50);
  assert.equal(proxy.seen.length, before, "a new turn does not end the pause");
  assert.deepEqual([client.queued, client.isActive], [3, true]);
  client.close();
  await functions.up();
  proxy.seen.length = 0;
  const [next] = await started({ storage });
  await until("the queue", () => next.queued, (queued) => queued === 0);
  assert.deepEqual(await stored(api, session), lines("a", "b", "c"));
  assert.deepEqual(logged().map((ids) => ids.length), [3]);
});

test("the retry queue replayed three times after lost answers leaves each turn once", async () => {
  const [client, session] = await started();
  proxy.answer = (reply, { path }) =>
    path === "/chat-log" && logged().length <= 3 ? undefined : reply;
  const ids = ["a", "b", "c"].map((text) => client.log(turn(text)));
  await until("the queue", () => client.queued, (queued) => queued === 0);
  assert.equal(logged().length, 4);
  assert.deepEqual(logged()[0], ids, "the first request brought them");
  assert.deepEqual(logged()[3], ids, "and so did the last");
  assert.deepEqual(await stored(api, session), lines("a", "b", "c"));
  assert.deepEqual([client.dropped, client.rejected, client.lastError], [0, [], undefined]);
});

test("a turn whose answer was lost before the session ended is stored once", async () => {
  const [client, session] = await started({ retryMs: 60_000, maxRetryMs: 60_000 });
  proxy.answer = () => undefined;
  client.log(turn("a"));
  assert.equal(await client.flush(), false);
  proxy.answer = (reply) => reply;
  await api.service().rpc("end_visitor_session", { p_session_id: session });
  assert.equal(await client.flush(), true);
  const rows = await api.select(`
    select session_id from public.conversation_messages
    where content = 'a' and session_id in (select session_id from public.session_clients
      where session_token in ('${client.sessionToken}') or session_id = '${session}')`);
  assert.deepEqual([rows, client.rejected], [[{ session_id: session }], []]);
});

test("too many turns: the oldest go, and are counted", async () => {
  const [client, session] = await started({ maxQueued: 3 });
  await functions.down();
  for (const text of ["a", "b", "c", "d", "e"]) client.log(turn(text));
  assert.deepEqual([client.queued, client.dropped], [3, 2]);
  await client.flush();
  await functions.up();
  await until("the queue", () => client.queued, (queued) => queued === 0);
  assert.deepEqual(await stored(api, session), lines("c", "d", "e"));
});

test("207: what is refused goes with its reason, the rest is stored", async () => {
  const [client, session] = await started();
  const turnId = client.log(turn("a"));
  await client.flush();
  assert.ok(turnId);
  proxy.seen.length = 0;
  const statuses: number[] = [];
  proxy.answer = (reply) => {
    statuses.push(reply.status);
    return reply;
  };
  const wrong = { ...turn("wrong"), responseTimeMs: -1 };
  const ids = [turn("b"), { turnId, ...turn("another") }, wrong, turn("c")]
    .map((one) => client.log(one));
  assert.equal(await client.flush(), true);
  assert.deepEqual(statuses, [207]);
  assert.deepEqual(await stored(api, session), lines("a", "b", "c"));
  assert.deepEqual(
    client.rejected.map((reason) => [reason.turnId, reason.status, reason.code]),
    [[turnId, 409, "IDEMPOTENCY_MISMATCH"], [ids[2], 400, "INVALID_ARGUMENT"]],
  );
  assert.match(String(client.rejected[1]?.hint), /responseTimeMs/);
});

test("an id in capital letters, and one used twice, are each decided by their own answer", async () => {
  const client = open();
  await client.start();
  const id = randomUUID().toUpperCase();
  proxy.target = `http://${host}:${await freePort()}`;
  for (const aiResponse of ["first", "second"]) {
    client.log({ turnId: id, userMessage: "q", aiResponse });
  }
  assert.equal(client.queued, 2);
  proxy.target = functions.url;
  await until("the queue to be empty", () => client.flush());
  assert.equal(client.queued, 0);
  assert.deepEqual(client.rejected.map(({ turnId, code }) => [turnId, code]), [
    [id.toLowerCase(), "IDEMPOTENCY_MISMATCH"],
  ]);
});

test("400 for a whole batch: each turn is sent by itself, and only the bad one goes", async () => {
  const [client, session] = await started();
  const statuses: number[] = [];
  proxy.answer = (reply) => {
    statuses.push(reply.status);
    return reply;
  };
  // Deeper than the functions read JSON, whatever it is part of.
  let deep: Record<string, unknown> = {};
  for (let k = 0; k < 70; k++) deep = { deep };
  const bad = [turn("a"), { ...turn("bad"), metadata: deep }, turn("b")]
    .map((one) => client.log(one))[1];
  assert.equal(await client.flush(), true);
  assert.deepEqual(statuses, [400, 200, 400, 200]);
  assert.deepEqual(await stored(api, session), lines("a", "b"));
  assert.deepEqual(
    client.rejected.map((reason) => [reason.turnId, reason.status, reason.code]),
    [[bad, 400, "INVALID_ARGUMENT"]],
  );
});

test("a session that is gone, or was ended elsewhere, makes room for one new session", async () => {
  const [client, first] = await started();
  await api.select(`delete from public.conversation_sessions where id = '${first}'`);
  client.log(turn("a"));
  assert.equal(await client.flush(), true);
  const second = client.sessionId;
  assert.ok(second && second !== first);
  assert.deepEqual(await stored(api, second), lines("a"));
  await api.service().rpc("end_visitor_session", { p_session_id: second });
  client.log(turn("b"));
  assert.equal(await client.flush(), true);
  const third = client.sessionId;
  assert.ok(third && third !== second);
  assert.deepEqual(await stored(api, third), lines("b"));
  assert.deepEqual(client.rejected, []);
  assert.equal(paths().filter((path) => path === "/chat-session/start").length, 3);
});

test("a session past its end, or with a token that is taken, makes room for a new one", async () => {
  const storage = new MemoryStorage();
  const [client, first] = await started({ storage });
  const keep = (session: Record<string, string | undefined>) =>
    storage.setItem("turnbase.visitor.session", JSON.stringify(session));
  const token = client.sessionToken;
  keep({ token, secret: "s".repeat(43), sessionId: first, expiresAt: "2020-01-01T00:00:00Z" });
  const [, second] = await started({ storage });
  assert.notEqual(second, first);
  keep({ token, secret: "s".repeat(43) });
  const [third] = await started({ storage });
  assert.ok(third.sessionId !== first && third.sessionToken !== token);
  assert.equal(third.lastError, undefined);
});

test("a server that knows no session at all does not get one for every turn", async () => {
  const [client] = await started();
  proxy.instead = ({ path }) =>
    path === "/chat-log"
      ? {
        status: 404,
        headers: { "content-type": "application/json" },
        body: Buffer.from('{"success":false,"error":{"code":"SESSION_NOT_FOUND","message":"no"}}'),
      }
      : undefined;
  for (const text of ["a", "b", "c"]) {
    client.log(turn(text));
    assert.equal(await client.flush(), true);
  }
  assert.equal(paths().filter((path) => path === "/chat-session/start").length, 2);
  assert.deepEqual(client.rejected.map(({ code }) => code), Array(3).fill("SESSION_NOT_FOUND"));
});

test("two tabs share a session and a queue, and each turn arrives once", async () => {
  const storage = new MemoryStorage();
  const tabs = [open({ storage }), open({ storage })];
  await Promise.all(tabs.map((tab) => tab.start()));
  const [session] = tabs.map(({ sessionId }) => sessionId);
  assert.ok(session);
  const wanted: string[] = [];
  proxy.answer = (reply) => proxy.seen.length % 3 === 0 ? undefined : reply;
  for (let k = 0; k < 20; k++) {
    for (const [at, tab] of tabs.entries()) {
      tab.log(turn(`${at}-${k}`));
      wanted.push(`${at}-${k}`);
    }
    if (k % 5 === 0) await sleep(10);
  }
  await until("the queue", () => tabs[0]?.queued, (queued) => queued === 0);
  const rows = await stored(api, session);
  assert.deepEqual(rows.toSorted(), lines(...wanted).toSorted());
  assert.deepEqual(tabs.map(({ sessionId }) => sessionId), [session, session]);
  assert.deepEqual(tabs.map(({ dropped, rejected }) => [dropped, rejected]), [[0, []], [0, []]]);
});

test("500, 503 and a wrong address: the turn waits, pauses grow, and it arrives", async () => {
  const [client, session] = await started({ retryMs: 50, maxRetryMs: 10_000 });
  const at: number[] = [];
  proxy.instead = () => {
    at.push(performance.now());
    // What a gateway says of a function that is not there, and a function of a route.
    const unknown = '{"code":"NOT_FOUND","message":"Requested function was not found"}';
    const noRoute = '{"success":false,"error":{"code":"NOT_FOUND","message":"No such route"}}';
    return [
      { status: 500 },
      { status: 503 },
      { status: 404, body: Buffer.from(unknown) },
      { status: 404, body: Buffer.from(noRoute) },
    ][at.length - 1];
  };
  client.log(turn("a"));
  await until("the queue", () => client.queued, (queued) => queued === 0);
  const pauses = at.slice(1).map((time, k) => time - (at[k] ?? 0));
  assert.equal(pauses.length, 4);
  for (const [k, pause] of pauses.entries()) {
    assert.ok(pause >= 25 * 2 ** k - 2, `pause ${k} was ${pause} ms`);
  }
  assert.deepEqual(await stored(api, session), lines("a"));
  assert.deepEqual(client.rejected, []);
});

test("a 429 is waited out, by flush() too, and what comes then is less", async () => {
  await using limited = await openFunctions(api, {
    RATE_LIMIT_PER_MINUTE: "2",
    // Callers are counted under a hash with it: nobody else's calls count here.
    USER_ID_SALT: randomUUID(),
  });
  const [client, session] = await started();
  proxy.target = limited.url;
  const named: number[] = [];
  proxy.answer = (reply) => {
    if (reply.status !== 429) return reply;
    named.push(Number(reply.headers["retry-after"]));
    return { ...reply, headers: { ...reply.headers, "retry-after": "1" } };
  };
  for (const text of ["a", "b", "c"]) client.log(turn(text));
  await until("a refusal", () => client.lastError);
  const began = performance.now();
  assert.deepEqual(client.lastError?.code, "RATE_LIMITED");
  assert.ok(named.every((seconds) => seconds >= 0 && seconds <= 60), String(named));
  const before = proxy.seen.length;
  assert.equal(await client.flush(), false);
  client.log(turn("d"));
  assert.equal(await client.flush(), false);
  assert.equal(proxy.seen.length, before, "it asked before the time");
  await until("two turns", () => client.queued, (queued) => queued <= 2);
  assert.ok(performance.now() - began > 800);
  assert.deepEqual(logged().map((ids) => ids.length).slice(0, 3), [3, 1, 1]);
  proxy.target = functions.url;
  await until("the queue", () => client.queued, (queued) => queued === 0);
  assert.deepEqual(await stored(api, session), lines("a", "b", "c", "d"));
  for (const text of ["e", "f"]) client.log(turn(text));
  assert.equal(await client.flush(), true);
  assert.equal(logged().at(-1)?.length, 2, "together again");
});

test("logging switched off: the client stops, keeps nothing and asks no more", async () => {
  await using off = await openFunctions(api, { ENABLE_CHAT_LOGGING: "false" });
  const storage = new MemoryStorage();
  const [client, session] = await started({ storage });
  proxy.target = off.url;
  client.log(turn("a"));
  await client.flush();
  assert.deepEqual([client.disabled, client.isActive, client.queued], [true, false, 0]);
  const before = proxy.seen.length;
  assert.equal(client.log(turn("b")), undefined);
  assert.equal(await client.start(), false);
  assert.equal(await client.feedback(5), false);
  assert.equal(proxy.seen.length, before);
  const fresh = open();
  assert.equal(await fresh.start(), false);
  assert.deepEqual([fresh.disabled, fresh.sessionId, fresh.lastError], [
    true,
    undefined,
    undefined,
  ]);
  assert.deepEqual(await stored(api, session), []);
});

test("history by pages, feedback, outcome, end", async () => {
  const [client, session] = await started();
  for (const text of ["a", "b", "c"]) client.log(turn(text));
  assert.equal(await client.flush(), true);
  const last = await client.history({ limit: 4 });
  assert.deepEqual(
    last.messages.map(({ role, content }) => `${role}: ${content}`),
    lines("b", "c"),
  );
  assert.ok(last.nextBefore !== null);
  const first = await client.history({ before: last.nextBefore });
  assert.deepEqual(first.messages.map(({ content }) => content), ["a", "To a"]);
  assert.equal(first.nextBefore, null);
  assert.equal(await client.feedback(4), true);
  assert.equal(await client.feedback(6), false);
  assert.equal(client.lastError?.code, "INVALID_ARGUMENT");
  assert.equal(
    await client.outcome({
      productsViewed: ["boots"],
      conversionOccurred: true,
      conversionValueUsd: 19.9,
    }),
    true,
  );
  const [row] = await api.select(`
    select user_satisfaction, products_viewed, conversion_occurred, conversion_value_usd::float
    from public.session_outcomes where session_id = '${session}'`);
  assert.deepEqual(row, {
    user_satisfaction: 4,
    products_viewed: ["boots"],
    conversion_occurred: true,
    conversion_value_usd: 19.9,
  });
  client.log(turn("d"));
  assert.equal(await client.end(), true);
  assert.deepEqual(await stored(api, session), lines("a", "b", "c", "d"));
  assert.deepEqual([client.sessionId, client.isActive], [undefined, false]);
  const [ended] = await api.select(`
    select ended_at is not null as ended from public.session_clients
    where session_id = '${session}'`);
  assert.equal(ended?.["ended"], true);
});

test("a user claims the session with what still waited, and the secret is forgotten", async () => {
  const ada = await api.user();
  const storage = new MemoryStorage();
  const [client, session] = await started({ storage });
  await functions.down();
  client.log(turn("a"));
  assert.equal(await client.claim(ada.token), undefined);
  assert.equal(client.sessionId, session, "a claim that fails changes nothing");
  await functions.up();
  assert.equal(await client.claim("no token"), undefined);
  assert.equal(await client.claim(ada.token), session);
  assert.deepEqual([client.sessionId, storage.length], [undefined, 0]);
  const { data } = await ada.client.from("conversation_messages").select("content")
    .eq("session_id", session).order("sequence_order");
  assert.deepEqual(data?.map(({ content }) => content), ["a", "To a"]);
});

test("text that can't be stored is mended", async () => {
  const [client, session] = await started();
  client.log({ userMessage: "cut \ud83d, nul \0, whole \u{1f600}", aiResponse: "\udc00" });
  assert.equal(await client.flush(), true);
  assert.deepEqual(await stored(api, session), [
    "user: cut \ufffd, nul \ufffd, whole \u{1f600}",
    "assistant: \ufffd",
  ]);
  assert.deepEqual(client.rejected, []);
});

/** One that refuses, as private windows and full disks do. */
class BrokenStorage extends MemoryStorage {
  override getItem(): never {
    throw new Error("SecurityError");
  }
  override setItem(): never {
    throw new Error("QuotaExceededError");
  }
  override removeItem(): never {
    throw new Error("SecurityError");
  }
  override key(): never {
    throw new Error("SecurityError");
  }
}

test("without a storage that works it goes on in memory", async () => {
  for (const options of [{ storage: new BrokenStorage() }, { functionsUrl: `${proxy.url}/` }]) {
    const client = open(options);
    assert.equal(await client.start(), true);
    client.log(turn("a"));
    assert.equal(await client.flush(), true);
    assert.deepEqual(await stored(api, String(client.sessionId)), lines("a"));
  }
  const full = Object.assign(new MemoryStorage(), {
    setItem: () => {
      throw new Error("QuotaExceededError");
    },
  });
  const [client, session] = await started({ storage: full });
  client.log(turn("b"));
  assert.equal(await client.flush(), true);
  assert.deepEqual([await stored(api, session), full.length], [lines("b"), 0]);
});

test("what can't be taken out of the storage is not sent for ever", async () => {
  const storage = Object.assign(new MemoryStorage(), {
    removeItem: () => {
      throw new Error("SecurityError");
    },
  });
  const [client, session] = await started({ storage });
  client.log(turn("a"));
  assert.equal(await client.flush(), true);
  assert.equal(await client.flush(), true);
  assert.equal(logged().length, 1);
  assert.deepEqual(await stored(api, session), lines("a"));
});

test("a spoiled storage is mended", async () => {
  const storage = new MemoryStorage();
  for (const [key, value] of [["session", "{"], ["turn.1", "null"], ["turn.2", '{"turnId":3}']]) {
    storage.setItem(`turnbase.visitor.${key}`, String(value));
  }
  const [client, session] = await started({ storage });
  client.log(turn("a"));
  assert.equal(await client.flush(), true);
  assert.deepEqual(await stored(api, session), lines("a"));
  assert.equal(storage.length, 1);
});

test("a server that never answers is given up, and the turn waits", async () => {
  const silent = createServer(() => undefined);
  silent.listen(0, host);
  await once(silent, "listening");
  const address = silent.address();
  assert.ok(typeof address === "object" && address);
  const client = open({ functionsUrl: `http://${host}:${address.port}`, timeoutMs: 100 });
  assert.ok(client.log(turn("a")));
  const began = performance.now();
  assert.equal(await client.flush(), false);
  assert.ok(performance.now() - began < 5000);
  assert.deepEqual([client.queued, client.lastError?.status], [1, 0]);
  client.close();
  silent.close();
  silent.closeAllConnections();
});

test("with no server at all nothing is thrown, whatever is called", async () => {
  const circular: Record<string, unknown> = {};
  circular["itself"] = circular;
  const functionsUrls = [`http://${host}:${await freePort()}`, "nonsense", ""];
  const fetches: VisitorOptions["fetch"][] = [
    (input, init) => fetch(input, init),
    () => {
      throw new TypeError("thrown, not rejected");
    },
    () => Promise.resolve(new Response("<html>", { status: 200 })),
    () => Promise.resolve(new Response('{"success":true}', { status: 200 })),
    () =>
      Promise.resolve(new Response("null", { status: 429, headers: { "retry-after": "soon" } })),
  ];
  for (const functionsUrl of functionsUrls) {
    for (const one of fetches) {
      const client = open({ functionsUrl, ...(one ? { fetch: one } : {}) });
      assert.equal(await client.start(), false);
      assert.ok(client.log(turn("a")));
      assert.equal(client.log({ ...turn("b"), metadata: circular }), undefined);
      assert.equal(client.log({ ...turn("c"), metadata: { big: 1n } }), undefined);
      assert.equal(await client.flush(), false);
      assert.deepEqual(await client.history(), { messages: [], nextBefore: null });
      assert.equal(await client.feedback(5), false);
      assert.equal(await client.outcome({ queryType: "sizes" }), false);
      assert.equal(await client.claim("token"), undefined);
      assert.equal(await client.end(), false);
      assert.equal(client.queued, 1);
      assert.equal(client.isActive, false);
      assert.ok(client.lastError);
      client.close();
    }
  }
});
