import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { isRecord } from "../../local/http.ts";
import { sign } from "../../local/keys.ts";
import { bodyFor, callRoute, logging, ofPerson, ofSession, query, routes, turn } from "./routes.ts";
import { queryRules, rulesOf } from "./rules.ts";
import { Fixture, newSecret, refusal } from "./support.ts";

let fixture: Fixture;
let visitor: Awaited<ReturnType<Fixture["visitor"]>>;
let user: Awaited<ReturnType<Fixture["user"]>>;
let session: { sessionId: string; sessionToken: string };

before(async () => {
  fixture = await Fixture.open();
  user = await fixture.user();
  visitor = await fixture.visitor();
  session = { sessionId: visitor.sessionId, sessionToken: visitor.sessionToken };
});

after(() => fixture.close());

suite("200", () => {
  test("start with S0's own body, for a visitor and for a server that makes the secret", async () => {
    const body = {
      sessionToken: `test_${Date.now()}`,
      userAgent: "Mozilla/5.0 (test)",
      referrer: "https://example.com",
      deviceType: "desktop",
    };
    const answer = await fixture.edge.post("chat-session/start", body);
    assert.equal(answer.status, 200, answer.text);
    const { sessionId, sessionSecret, startedAt, expiresAt, ...rest } = answer.body;
    assert.deepEqual(rest, { success: true, sessionToken: body.sessionToken });
    assert.match(String(sessionSecret), /^[A-Za-z0-9_-]{43}$/);
    const days = (Date.parse(String(expiresAt)) - Date.parse(String(startedAt))) / 86_400_000;
    assert.equal(Math.round(days), 90);
    const [stored] = await fixture.api.select(`
      select user_agent, referrer, device_type from public.session_clients
      where session_id = '${String(sessionId)}'`);
    assert.deepEqual(stored, {
      user_agent: body.userAgent,
      referrer: body.referrer,
      device_type: "desktop",
    });
  });

  test("a conversation: log, repeat, batch, history, pages, stats, feedback, outcome, end", async () => {
    const { edge } = fixture;
    const { secret, ...own } = await fixture.visitor();
    const by = { secret };
    const first = turn(own, {
      userMessage: "hello, said by a visitor",
      mood: "curious",
      responseTimeMs: 850,
      provider: "openai",
      model: "gpt-4o",
      costUsd: "0.00000000000000000007",
      usage: { tokensUsed: 150, inputTokens: 100, outputTokens: 50 },
      toolCalls: [{ id: "call_1", type: "function", function: { name: "f", arguments: "{}" } }],
      similarQaMatches: [{ id: 1, question: "hi" }],
      similarityScores: [0.5],
      embedding: Array(384).fill(0.25),
      metadata: { page: "/shoes" },
    });
    edge.hidden.add("hello, said by a visitor");
    const logged = await edge.post("chat-log", first, by);
    assert.equal(logged.status, 200, logged.text);
    const { turnId, sessionId } = { ...first, ...own };
    assert.deepEqual(logged.body, {
      success: true,
      conversationId: turnId,
      sessionId,
      inserted: true,
    });
    const again = await edge.post("chat-log", first, by);
    assert.deepEqual(again.body, { ...logged.body, inserted: false });

    const batch = await edge.post("chat-log", { turns: [turn(own), turn(own)] }, by);
    assert.equal(batch.status, 200, batch.text);
    assert.deepEqual(inserted(batch.body), [true, true]);

    const page = async (more: object) => {
      const path = `chat-session/history?${query({ sessionToken: own.sessionToken, ...more })}`;
      const answer = await edge.call(path, by);
      assert.equal(answer.status, 200, answer.text);
      const { messages, nextBefore } = answer.body;
      assert.ok(Array.isArray(messages));
      return { messages, nextBefore };
    };
    const all = await page({});
    assert.deepEqual(all.messages.map(({ sequence }) => sequence), [1, 2, 3, 4, 5, 6]);
    assert.equal(all.nextBefore, null);
    const { createdAt: _, parentMessageId: parent, id: __, ...answer } = all.messages[1];
    assert.equal(parent, turnId);
    assert.deepEqual(answer, {
      role: "assistant",
      content: "size S does",
      status: "complete",
      sequence: 2,
      mood: null,
      provider: "openai",
      model: "gpt-4o",
      latencyMs: 850,
      toolCalls: first["toolCalls" as keyof typeof first],
      errorMessage: null,
      metadata: { page: "/shoes" },
    });
    const last = await page({ limit: 4 });
    assert.deepEqual(last.messages.map(({ sequence }) => sequence), [3, 4, 5, 6]);
    assert.equal(last.nextBefore, 3);
    const earlier = await page({ limit: 4, before: 3 });
    assert.deepEqual(earlier.messages.map(({ sequence }) => sequence), [1, 2]);
    assert.equal(earlier.nextBefore, null);

    const stats = await edge.call(`chat-session/stats?sessionId=${sessionId}`, by);
    assert.ok(isRecord(stats.body["stats"]), stats.text);
    const { startedAt: ___, lastActivityAt: ____, ...numbers } = stats.body["stats"];
    assert.deepEqual(numbers, {
      sessionId,
      messageCount: 6,
      conversationCount: 3,
      avgResponseTimeMs: 850,
      totalTokens: 150,
      totalCostUsd: "0.00000000000000000007",
    });

    const outcome = { productsViewed: ["shoe", "sock"], conversionValueUsd: 12.5 };
    for (
      const [path, body] of [
        ["feedback", { ...own, userSatisfaction: 5 }],
        ["outcome", { ...own, ...outcome }],
        ["outcome", { ...own, conversionOccurred: true }],
      ] as const
    ) assert.deepEqual((await edge.post(path, body, by)).body, { success: true });
    const [stored] = await fixture.api.select(`
      select user_satisfaction, products_viewed, conversion_occurred, conversion_value_usd::text
      from public.session_outcomes where session_id = '${sessionId}'`);
    assert.deepEqual(stored, {
      user_satisfaction: 5,
      products_viewed: ["shoe", "sock"],
      conversion_occurred: true,
      conversion_value_usd: "12.5",
    });
    const [retrieval] = await fixture.api.select(`
      select similar_qa_matches, similarity_scores from public.message_retrievals
      where message_id = '${turnId}'`);
    assert.deepEqual(retrieval?.["similar_qa_matches"], [{ id: 1, question: "hi" }]);

    const ended = await edge.post("chat-session/end", { sessionId }, by);
    assert.equal(ended.status, 200, ended.text);
    assert.ok(Date.parse(String(ended.body["endedAt"])) > 0);
    const twice = await edge.post("chat-session/end", { sessionId }, by);
    assert.deepEqual(twice.body, ended.body);
  });

  test("each route for a user's own session, and for the service with any", async () => {
    for (const token of [user.token, fixture.service]) {
      for (const route of ofSession.filter(({ path }) => path !== "chat-session/claim")) {
        const answer = await callRoute(fixture.edge, route, { sessionId: user.sessionId }, {
          token,
        });
        assert.equal(answer.status, 200, `${route.path}: ${answer.text}`);
        if (route.path === "chat-session/end") {
          await fixture.api.service().rpc("reopen_conversation_session", {
            p_session_id: user.sessionId,
          });
        }
      }
    }
  });

  test("the service key as apikey is the service's", async () => {
    const headers = { apikey: fixture.service };
    const route = { path: "chat-session/stats", method: "GET" } as const;
    assert.equal((await callRoute(fixture.edge, route, session, { headers })).status, 200);
  });

  test("health, and how long each check took for the service key", async () => {
    const open = await fixture.edge.call("health");
    assert.equal(open.status, 200, open.text);
    assert.deepEqual(open.body, {
      success: true,
      status: "ok",
      checks: ["database", "configuration", "store"].map((name) => ({ name, ok: true })),
    });
    const { checks } = (await fixture.edge.call("health", { token: fixture.service })).body;
    assert.ok(Array.isArray(checks));
    for (const check of checks) assert.equal(typeof check.ms, "number");
  });
});

suite("207", () => {
  test("of a batch each turn stands or falls by itself", async () => {
    const { secret, ...own } = await fixture.visitor();
    const good = turn(own);
    const turns = [
      turn({ sessionToken: "nobody's" }),
      good,
      turn(own, { costUsd: -1 }),
      { ...good, userMessage: "another" },
      turn(own, { aiResponse: "x".repeat(1024 * 1024 + 1) }),
      turn(own, { similarityScores: [1e300] }),
      "no turn",
      turn(own),
    ];
    const answer = await fixture.edge.post("chat-log", { turns }, { secret });
    assert.equal(answer.status, 207, answer.text);
    assert.equal(answer.body["success"], false);
    const { results } = answer.body;
    assert.ok(Array.isArray(results));
    assert.deepEqual(
      results.map(({ success, status, error }) => [success, status, error?.code]),
      [
        [false, 404, "SESSION_NOT_FOUND"],
        [true, undefined, undefined],
        [false, 400, "INVALID_ARGUMENT"],
        [false, 409, "IDEMPOTENCY_MISMATCH"],
        [false, 413, "TOO_LARGE"],
        [false, 400, "INVALID_ARGUMENT"],
        [false, 400, "INVALID_ARGUMENT"],
        [true, undefined, undefined],
      ],
    );
    assert.deepEqual(
      results.map(({ turnId }) => turnId),
      turns.map((each) => isRecord(each) ? each["turnId"] : null),
    );
    const [stored] = await fixture.api.select(
      `select count(*)::int as n from public.conversation_messages where session_id = '${own.sessionId}'`,
    );
    assert.equal(stored?.["n"], 4);
  });

  test("also of a batch of one", async () => {
    const batch = { turns: [turn({ sessionToken: "nobody's" })] };
    const answer = await fixture.edge.post("chat-log", batch, { secret: newSecret() });
    assert.equal(answer.status, 207, answer.text);
  });
});

suite("400", () => {
  for (const { path } of logging) {
    test(`POST ${path}: each rule is named, and nothing is written`, async () => {
      const by = path === "chat-session/claim"
        ? { token: user.token, secret: visitor.secret }
        : { secret: visitor.secret };
      const before = await fixture.counts();
      const rules = rulesOf(path, session);
      assert.ok(rules.length > 20);
      await Promise.all(rules.map(async ({ name, field, body }) => {
        const answer = await fixture.edge.call(path, { ...by, method: "POST", body });
        assert.equal(answer.status, 400, `${name}: ${answer.text}`);
        const { code, hint } = refusal(answer);
        assert.equal(code, "INVALID_ARGUMENT");
        assert.ok(
          hint === field || hint.startsWith(`${field}:`) || hint.startsWith(`${field}.`),
          `${name}: ${hint}`,
        );
      }));
      assert.deepEqual(await fixture.counts(), before);
      if (path === "chat-session/claim") return;
      // What each rule was one change away from.
      const good = await fixture.edge.post(path, bodyFor(path, session), by);
      assert.equal(good.status, 200, good.text);
      if (path === "chat-session/end") {
        await fixture.api.service().rpc("reopen_conversation_session", {
          p_session_id: visitor.sessionId,
        });
      }
    });
  }

  for (const path of ["chat-session/history", "chat-session/stats"]) {
    test(`GET ${path}: each rule of the query`, async () => {
      for (const { fields, field } of queryRules(path, session)) {
        const answer = await fixture.edge.call(`${path}?${query(fields)}`, {
          secret: visitor.secret,
        });
        const { status, code, hint } = refusal(answer);
        assert.deepEqual([status, code], [400, "INVALID_ARGUMENT"], JSON.stringify(fields));
        assert.ok(hint.startsWith(`${field}:`), `${JSON.stringify(fields)}: ${hint}`);
      }
    });
  }

  test("values that only the database knows to be wrong", async () => {
    const by = { secret: visitor.secret };
    for (const change of [{ similarityScores: [1e300] }, { embedding: Array(384).fill(1e300) }]) {
      const answer = await fixture.edge.post("chat-log", turn(session, change), by);
      assert.deepEqual([answer.status, refusal(answer).code], [400, "INVALID_ARGUMENT"]);
    }
  });

  test("claim without a secret", async () => {
    const { token } = user;
    for (const secret of [undefined, "short"]) {
      const answer = await fixture.edge.post("chat-session/claim", session, {
        token,
        ...(secret ? { secret } : {}),
      });
      assert.equal(answer.status, 400, answer.text);
      assert.match(refusal(answer).hint, /^x-session-secret: /);
    }
  });

  test("what cannot be stored is replaced for the service and marked, so that no answer is lost", async () => {
    const { sessionId } = await fixture.visitor();
    const body = turn({ sessionId }, { aiResponse: "a\0b\ud800c", metadata: { "k\0": "\udc00" } });
    const answer = await fixture.edge.post("chat-log", body, { token: fixture.service });
    assert.equal(answer.status, 200, answer.text);
    const [stored] = await fixture.api.select(`
      select content, metadata from public.conversation_messages
      where session_id = '${sessionId}' and role = 'assistant'`);
    assert.deepEqual(stored, {
      content: "a\ufffdb\ufffdc",
      metadata: { "k\ufffd": "\ufffd", replaced_characters: true },
    });
  });
});

suite("what is taken as it is", () => {
  test("a name like __proto__ is a name, fractions of a millisecond are rounded, small costs too", async () => {
    const { sessionId, secret } = await fixture.visitor();
    const body = JSON.stringify(turn({ sessionId }, {
      metadata: { here: 1 },
      responseTimeMs: 12.5,
      costUsd: 4.4999999999999993e-7,
    })).replace('"here":1', '"__proto__":{"a":1}');
    const answer = await fixture.edge.post("chat-log", body, { secret });
    assert.equal(answer.status, 200, answer.text);
    const [stored] = await fixture.api.select(`
      select metadata::text, latency_ms, cost_usd from public.conversation_messages
      where session_id = '${sessionId}' and role = 'assistant'`);
    assert.deepEqual(stored, {
      metadata: '{"__proto__": {"a": 1}}',
      latency_ms: 13,
      cost_usd: "0.00000045000000000000",
    });
  });

  test("with a secret the service key opens no more than the secret does", async () => {
    const [one, other] = [await fixture.visitor(), await fixture.visitor()];
    const read = (secret: string) =>
      fixture.edge.call(`chat-session/stats?sessionId=${one.sessionId}`, {
        token: fixture.service,
        headers: { "x-session-secret": secret },
      });
    assert.equal((await read(one.secret)).status, 200);
    assert.equal((await read(other.secret)).status, 404);
    // As a backend sends it that hands on what a browser did not.
    assert.equal((await read("")).status, 401);
    const logged = await fixture.edge.post("chat-log", turn({ sessionId: one.sessionId }), {
      token: fixture.service,
      secret: one.secret,
    });
    assert.equal(logged.status, 200, logged.text);
    const [stored] = await fixture.api.select(`
      select distinct reported_by::text from public.conversation_messages
      where session_id = '${one.sessionId}'`);
    assert.deepEqual(stored, { reported_by: "visitor" });
  });
});

suite("401", () => {
  for (const route of [...ofSession, ...ofPerson]) {
    test(`${route.path}: nobody, the anon key, a token that is not ours, and no secret`, async () => {
      const { anonKey } = fixture.api.addresses;
      const claims = { sub: randomUUID(), role: "authenticated" };
      const expired = await sign({ ...claims, exp: 1 });
      const forged = `${(await sign(claims)).split(".").slice(0, 2).join(".")}.AAAA`;
      const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${
        Buffer.from(JSON.stringify({ ...claims, role: "service_role" })).toString("base64url")
      }.`;
      const callers = [
        {},
        { headers: { apikey: anonKey } },
        { token: anonKey },
        { token: "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH" },
        { headers: { authorization: `Basic ${fixture.service}` } },
        ...[expired, forged, none].map((token) => ({
          token,
          // Claims look at the secret first.
          ...(route.path === "chat-session/claim" ? { secret: visitor.secret } : {}),
        })),
        ...(route.path === "chat-session/claim"
          ? [{ secret: visitor.secret }]
          : [{ headers: { "x-session-secret": "short" } }]),
      ];
      for (const [at, by] of callers.entries()) {
        const answer = await callRoute(fixture.edge, route, session, by);
        assert.equal(answer.status, 401, `${at}: ${answer.text}`);
        assert.equal(refusal(answer).code, "UNAUTHENTICATED");
      }
    });
  }
});

suite("403", () => {
  test("the service claims no session", async () => {
    const by = { token: fixture.service, secret: visitor.secret };
    const answer = await fixture.edge.post("chat-session/claim", session, by);
    assert.deepEqual([answer.status, refusal(answer).code], [403, "FORBIDDEN"]);
  });

  test("a good token of a role that may not", async () => {
    const token = await sign({ sub: randomUUID(), role: "analyst" });
    for (const route of [...ofSession, ...ofPerson]) {
      const by = { token, ...(route.path.endsWith("claim") ? { secret: visitor.secret } : {}) };
      // A secret beside a token makes a visitor, but for claims.
      const answer = await callRoute(fixture.edge, route, session, by);
      assert.deepEqual([answer.status, refusal(answer).code], [403, "FORBIDDEN"], route.path);
    }
  });
});

suite("404", () => {
  let other: typeof user;
  before(async () => {
    other = await fixture.user();
  });
  for (const route of ofSession) {
    test(`${route.path}: a session that is not there, or somebody else's`, async () => {
      const claim = route.path === "chat-session/claim";
      const cases: [string, object, object][] = [
        ["unknown", { sessionId: randomUUID() }, { secret: newSecret() }],
        ["unknown token", { sessionToken: "nobody's" }, { secret: visitor.secret }],
        ["wrong secret", session, { secret: newSecret() }],
        ["id of one, token of another", { ...session, sessionId: user.sessionId }, {
          secret: visitor.secret,
        }],
        ["another user's", { sessionId: other.sessionId }, {}],
      ];
      const hints = new Set<string>();
      for (const [name, named, by] of cases) {
        const answer = await callRoute(fixture.edge, route, named, {
          ...by,
          ...(claim || !("secret" in by) ? { token: user.token } : {}),
          ...(claim ? { secret: newSecret(), ...by } : {}),
        });
        assert.equal(answer.status, 404, `${name}: ${answer.text}`);
        const { code, hint } = refusal(answer);
        assert.equal(code, "SESSION_NOT_FOUND");
        hints.add(hint);
      }
      assert.equal(hints.size, 1, "they can be told apart");
    });
  }

  test("a path that is no route, whatever the method", async () => {
    for (const path of ["chat-session", "chat-session/other", "chat-log/x", "health/deep/er"]) {
      for (const method of ["GET", "POST", "OPTIONS"]) {
        const answer = await fixture.edge.call(path, { method });
        assert.deepEqual([answer.status, refusal(answer).code], [404, "NOT_FOUND"], path);
      }
    }
  });
});

suite("405", () => {
  for (const { path, method } of routes) {
    test(`${path} takes ${method}`, async () => {
      const others = ["GET", "POST", "PUT", "PATCH", "DELETE"].filter((other) => other !== method);
      for (const other of others) {
        const answer = await fixture.edge.call(path, { method: other });
        assert.deepEqual([answer.status, refusal(answer).code], [405, "METHOD_NOT_ALLOWED"]);
        assert.equal(answer.headers["allow"], `${method}, OPTIONS`);
      }
      assert.equal((await fixture.edge.call(path, { method: "HEAD" })).status, 405);
    });
  }
});

suite("409", () => {
  test("the token of another visitor starts nothing, and tells no id", async () => {
    for (const sessionSecret of [newSecret(), undefined]) {
      const body = { sessionToken: session.sessionToken, sessionSecret };
      const answer = await fixture.edge.post("chat-session/start", body);
      assert.deepEqual([answer.status, refusal(answer).code], [409, "SESSION_EXISTS"]);
      assert.ok(!answer.text.includes(session.sessionId));
    }
  });

  test("a turn id with another body", async () => {
    const by = { secret: visitor.secret };
    const body = turn(session);
    assert.equal((await fixture.edge.post("chat-log", body, by)).status, 200);
    const answer = await fixture.edge.post("chat-log", { ...body, mood: "other" }, by);
    assert.deepEqual([answer.status, refusal(answer).code], [409, "IDEMPOTENCY_MISMATCH"]);
  });

  test("a turn of a session that has ended", async () => {
    const { secret, ...own } = await fixture.visitor();
    assert.equal((await fixture.edge.post("chat-session/end", own, { secret })).status, 200);
    const answer = await fixture.edge.post("chat-log", turn(own), { secret });
    assert.deepEqual([answer.status, refusal(answer).code], [409, "SESSION_CLOSED"]);
  });
});

suite("413", () => {
  for (const { path, cap = 0 } of routes.filter((route) => route.cap)) {
    test(`${path}: ${cap / 1024} KiB, and not one byte more`, async () => {
      const by = { token: user.token };
      const padded = (bytes: number) => `{${" ".repeat(bytes - 2)}}`;
      const fits = await fixture.edge.call(path, { ...by, body: padded(cap) });
      // A user need not say more.
      assert.equal(fits.status, path === "privacy/export" ? 200 : 400, fits.text);
      for (const bytes of [cap + 1, 10 * 1024 * 1024]) {
        const answer = await fixture.edge.call(path, { ...by, body: padded(bytes) });
        assert.deepEqual([answer.status, refusal(answer).code], [413, "TOO_LARGE"]);
      }
      // Told by its length, before anybody is asked who they are.
      assert.equal((await fixture.edge.call(path, { body: padded(cap + 1) })).status, 413);
    });
  }

  test("a message of more than 1 MiB, and JSON of more than 256 KiB", async () => {
    const by = { token: fixture.service };
    for (
      const change of [
        { aiResponse: "x".repeat(1024 * 1024 + 1) },
        { metadata: { a: "x".repeat(256 * 1024) } },
        { provider: "x".repeat(2000) },
      ]
    ) {
      const answer = await fixture.edge.post("chat-log", turn(session, change), by);
      assert.deepEqual([answer.status, refusal(answer).code], [413, "TOO_LARGE"]);
    }
  });
});

suite("415", () => {
  for (const { path } of routes.filter(({ method }) => method === "POST")) {
    test(`${path} takes JSON alone`, async () => {
      for (
        const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""]
      ) {
        const answer = await fixture.edge.call(path, {
          body: JSON.stringify(bodyFor(path, session)),
          secret: visitor.secret,
          headers: { "content-type": type },
        });
        assert.deepEqual([answer.status, refusal(answer).code], [415, "UNSUPPORTED_MEDIA_TYPE"]);
      }
      const parameter = await fixture.edge.call(path, {
        method: "POST",
        body: "{",
        secret: visitor.secret,
        token: user.token,
        headers: { "content-type": "Application/JSON; charset=utf-8" },
      });
      assert.equal(parameter.status, 400);
    });
  }
});

suite("OPTIONS", () => {
  for (const route of routes) {
    test(`${route.path}: an allowed origin, and a foreign one`, async () => {
      const preflight = (origin: string) =>
        fixture.edge.call(route.path, {
          method: "OPTIONS",
          headers: {
            origin,
            "access-control-request-method": route.method,
            "access-control-request-headers": "content-type,x-session-secret",
          },
        });
      const allowed = await preflight("https://shop.example");
      assert.equal(allowed.status, 204);
      assert.equal(allowed.text, "");
      assert.equal(allowed.headers["access-control-allow-origin"], "https://shop.example");
      assert.equal(allowed.headers["access-control-allow-methods"], `${route.method}, OPTIONS`);
      assert.match(
        String(allowed.headers["access-control-allow-headers"]),
        /\bcontent-type\b.*\bx-region\b.*\bx-session-secret\b/,
      );
      const foreign = await preflight("https://evil.example");
      assert.equal(foreign.status, 204);
      assert.equal(foreign.headers["access-control-allow-origin"], undefined);
      // And of the answer itself, also of a refusal.
      for (const origin of ["https://app.example", "https://evil.example"]) {
        const answer = await callRoute(fixture.edge, route, {}, { headers: { origin } });
        const shown = answer.headers["access-control-allow-origin"];
        assert.equal(shown, origin === "https://app.example" ? origin : undefined);
        assert.equal(answer.headers["vary"], "Origin");
        assert.equal(answer.headers["cache-control"], "no-store");
      }
    });
  }
});

function inserted(body: Record<string, unknown>): unknown[] {
  const { results } = body;
  assert.ok(Array.isArray(results));
  return results.map((result) => result.inserted);
}
