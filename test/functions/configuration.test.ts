import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { functionKeys, publishableKey, secretKey } from "../../local/keys.ts";
import { freePort } from "../../local/ports.ts";
import { bodyFor, callRoute, logging, ofSession, routes, turn } from "./routes.ts";
import { type Edge, type Environment, Fixture, newSecret, openEdge, refusal } from "./support.ts";

/** The fixture's own functions are set up well; tests start others beside them. */
let fixture: Fixture;
let user: Awaited<ReturnType<Fixture["user"]>>;
let visitor: Awaited<ReturnType<Fixture["visitor"]>>;
let session: { sessionId: string; sessionToken: string };

before(async () => {
  fixture = await Fixture.open();
  user = await fixture.user();
  visitor = await fixture.visitor();
  session = { sessionId: visitor.sessionId, sessionToken: visitor.sessionToken };
});

after(() => fixture[Symbol.asyncDispose]());

async function withEdge(
  env: Environment,
  use: (edge: Edge) => Promise<void>,
  postgrestUrl?: string,
): Promise<void> {
  await using edge = await openEdge(fixture.api, env, postgrestUrl);
  await use(edge);
  await edge.assertQuiet();
}

suite("ENABLE_CHAT_LOGGING", () => {
  for (const value of ["TRUE", ""]) {
    test(`'${value}': every logging route says so and writes nothing, whatever it is sent`, async () => {
      const before = await fixture.counts();
      // Nor does it need a salt.
      await withEdge({ ENABLE_CHAT_LOGGING: value, USER_ID_SALT: "" }, async (edge) => {
        for (const { path } of logging) {
          const calls = [
            { body: bodyFor(path, session), secret: visitor.secret },
            { body: bodyFor(path, session), token: fixture.service },
            { body: "{", headers: { "content-type": "text/plain" } },
          ];
          for (const call of calls) {
            const answer = await edge.call(path, call);
            assert.equal(answer.status, 200, answer.text);
            assert.deepEqual(answer.body, { success: true, disabled: true });
          }
          assert.equal((await edge.call(path, { method: "PUT" })).status, 405);
        }
        assert.equal((await edge.call("health")).status, 200);
        const own = { sessionId: user.sessionId };
        for (const route of ofSession.filter(({ method }) => method === "GET")) {
          assert.equal((await callRoute(edge, route, own, { token: user.token })).status, 200);
        }
      });
      assert.deepEqual(await fixture.counts(), before);
    });
  }
});

suite("keys of the new kind", () => {
  const both = functionKeys({
    anonKey: "no.such.key",
    serviceRoleKey: "no.such.service-key",
  });
  const own = () => ({ sessionId: user.sessionId });

  test("they call, and open, where those of the old kind are switched off", async () => {
    await withEdge(both, async (edge) => {
      edge.hidden.add(secretKey);
      const health = await edge.call("health", { headers: { apikey: secretKey } });
      assert.equal(health.status, 200, health.text);
      assert.match(health.text, /"ms"/);
      const path = `chat-session/stats?sessionId=${user.sessionId}`;
      for (
        const by of [
          { token: user.token },
          { headers: { apikey: secretKey } },
          // As supabase-js sends it.
          { token: secretKey, headers: { apikey: secretKey } },
        ]
      ) {
        const answer = await edge.call(path, by);
        assert.equal(answer.status, 200, answer.text);
      }
      const taken = await edge.post("privacy/export", { userId: user.id }, {
        headers: { apikey: secretKey },
      });
      assert.equal(taken.status, 200, taken.text);
    });
  });

  test("a key that was switched off opens nothing, and a publishable one never", async () => {
    await withEdge(both, async (edge) => {
      const keys = ["no.such.service-key", publishableKey, "sb_secret_0"];
      for (const apikey of keys) {
        for (const route of ofSession.filter(({ method }) => method === "GET")) {
          const answer = await callRoute(edge, route, own(), { headers: { apikey } });
          assert.deepEqual([answer.status, refusal(answer).code], [401, "UNAUTHENTICATED"], apikey);
        }
      }
    });
  });
});

suite("USER_ID_SALT", () => {
  const salts = [
    ["", "USER_ID_SALT is not set"],
    ["your-generated-salt-here", "USER_ID_SALT is a known default"],
  ] as const;
  for (const [salt, why] of salts) {
    test(`'${salt}': start refuses, visitors wait, and health says why to the service`, async () => {
      await withEdge({ USER_ID_SALT: salt }, async (edge) => {
        const before = await fixture.counts();
        const start = await edge.post("chat-session/start", { sessionToken: randomUUID() });
        assert.deepEqual([start.status, refusal(start).code], [503, "NOT_CONFIGURED"]);
        assert.ok(start.text.includes(why), start.text);
        for (const route of ofSession.filter(({ path }) => !path.endsWith("claim"))) {
          const answer = await callRoute(edge, route, session, { secret: visitor.secret });
          assert.deepEqual([answer.status, refusal(answer).code], [503, "NOT_CONFIGURED"]);
        }
        assert.deepEqual(await fixture.counts(), before);
        // Nothing of a user is hashed.
        const logged = await edge.post("chat-log", turn({ sessionId: user.sessionId }), {
          token: user.token,
        });
        assert.equal(logged.status, 200, logged.text);

        const health = await edge.call("health");
        assert.deepEqual([health.status, refusal(health).code], [503, "UNHEALTHY"]);
        assert.deepEqual(health.body["checks"], [
          { name: "database", ok: true },
          { name: "configuration", ok: false },
          { name: "store", ok: true },
        ]);
        const detailed = await edge.call("health", { headers: { apikey: fixture.service } });
        assert.equal(detailed.status, 503);
        assert.ok(detailed.text.includes(why));
        for (const { text } of [start, health, detailed]) {
          if (salt) assert.ok(!text.includes(salt));
        }
      });
    });
  }
});

suite("IP_MODE", () => {
  const addresses = {
    "203.0.113.7": "203.0.113.0/24",
    "2001:db8:1:2:3:4:5:6": "2001:db8:1::/48",
    "no address": null,
  };
  for (const mode of ["truncate", "none"]) {
    test(`${mode}: what is kept of an address, and for how long`, async () => {
      await withEdge({ IP_MODE: mode, CHAT_LOG_RETENTION_DAYS: "3" }, async (edge) => {
        for (const [address, network] of Object.entries(addresses)) {
          edge.hidden.add(address);
          const body = { sessionToken: randomUUID(), userAgent: "agent" };
          const headers = { "x-forwarded-for": address };
          const answer = await edge.post("chat-session/start", body, { headers });
          assert.equal(answer.status, 200, answer.text);
          const [stored] = await fixture.api.select(`
            select address, user_identifier, user_agent,
              round(extract(epoch from expires_at - started_at) / 86400)::int as days
            from public.session_clients where session_token = '${body.sessionToken}'`);
          const text = `${network === null ? "unknown" : address}:agent:${edge.salt}`;
          const identifier = createHash("sha256").update(text).digest("hex").slice(0, 32);
          assert.deepEqual(stored, {
            address: mode === "none" ? null : network,
            user_identifier: mode === "none" ? null : identifier,
            user_agent: "agent",
            days: 3,
          });
        }
      });
    });
  }
});

suite("RATE_LIMIT_PER_MINUTE", () => {
  const limit = 3;

  /** Calls until one is refused: a limit of 3 lets 3 through in one minute, or up to 6 where the minute ends between them. */
  async function assertLimited(call: () => Promise<{ status: number; text: string }>) {
    let allowed = 0;
    for (;;) {
      const answer = await call();
      if (answer.status === 429) break;
      assert.equal(answer.status, 200, answer.text);
      assert.ok(++allowed <= 2 * limit, "nothing is refused");
    }
    assert.ok(allowed >= limit, `${allowed} were let through`);
  }

  test("start, each visitor route and each user route: 429, when to come back, and not one row", async () => {
    await withEdge({ RATE_LIMIT_PER_MINUTE: String(limit) }, async (edge) => {
      // Of their own, so that no other test counts: addresses, and a user.
      let host = 0;
      const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
      await assertLimited(() =>
        edge.post("chat-session/start", { sessionToken: randomUUID() }, from("198.51.100.250"))
      );
      for (const route of ofSession.filter(({ path }) => !path.endsWith("claim"))) {
        const own = await fixture.visitor();
        const named = { sessionId: own.sessionId };
        const by = { secret: own.secret, ...from(`198.51.100.${++host}`) };
        await assertLimited(() => callRoute(edge, route, named, by));
        const before = await fixture.counts();
        const answer = await callRoute(edge, route, named, by);
        if (answer.status === 200) continue; // A new minute has begun.
        assert.deepEqual([answer.status, refusal(answer).code], [429, "RATE_LIMITED"]);
        assert.match(String(answer.headers["retry-after"]), /^([1-9]|[1-5]\d|60)$/);
        assert.deepEqual(await fixture.counts(), before);
        // Another address may; so may the service, as often as it likes.
        const elsewhere = { secret: own.secret, ...from("198.51.100.251") };
        if (route.path === "chat-session/stats") {
          assert.equal((await callRoute(edge, route, named, elsewhere)).status, 200);
          for (let at = 0; at < 2 * limit + 1; at++) {
            const free = await callRoute(edge, route, named, { token: fixture.service });
            assert.equal(free.status, 200);
          }
        }
      }
      // A user is counted on all routes together, and wherever the calls come from.
      const own = await fixture.user();
      const stats = { path: "chat-session/stats", method: "GET" } as const;
      await assertLimited(() =>
        callRoute(edge, stats, { sessionId: own.sessionId }, {
          token: own.token,
          ...from(`198.51.100.${++host}`),
        })
      );
    });
  });

  test("guesses count too: of secrets, and of tokens that are taken", async () => {
    await withEdge({ RATE_LIMIT_PER_MINUTE: "4" }, async (edge) => {
      const own = await fixture.visitor();
      const statuses = async (call: () => Promise<{ status: number }>) => {
        const found: number[] = [];
        // A minute may end between them, and then as many again are answered.
        while (found.at(-1) !== 429 && found.length < 10) found.push((await call()).status);
        return [...new Set(found)];
      };
      const stats = { path: "chat-session/stats", method: "GET" } as const;
      const named = { sessionId: own.sessionId };
      const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
      assert.deepEqual(
        await statuses(() =>
          callRoute(edge, stats, named, { secret: newSecret(), ...from("198.51.100.230") })
        ),
        [404, 429],
      );
      const taken = { sessionToken: own.sessionToken, sessionSecret: newSecret() };
      assert.deepEqual(
        await statuses(() => edge.post("chat-session/start", taken, from("198.51.100.231"))),
        [409, 429],
      );
    });
  });

  test("one machine has a whole /64 of IPv6 addresses, and one limit", async () => {
    await withEdge({ RATE_LIMIT_PER_MINUTE: String(limit) }, async (edge) => {
      let host = 0;
      await assertLimited(() =>
        edge.post("chat-session/start", { sessionToken: randomUUID() }, {
          headers: { "x-forwarded-for": `2001:db8:9:9::${(++host).toString(16)}` },
        })
      );
    });
  });

  test("each turn of a batch counts", async () => {
    await withEdge({ RATE_LIMIT_PER_MINUTE: "5" }, async (edge) => {
      const own = await fixture.visitor();
      const named = { sessionId: own.sessionId };
      const turns = Array.from({ length: 6 }, () => turn(named));
      const answer = await edge.post("chat-log", { turns }, {
        secret: own.secret,
        headers: { "x-forwarded-for": "198.51.100.240" },
      });
      assert.deepEqual([answer.status, refusal(answer).code], [429, "RATE_LIMITED"]);
    });
  });
});

suite("503", () => {
  const gone = "SELECT|postgres|PGRST|ECONNREFUSED|127\\.0\\.0\\.1|fetch|at file";

  test("every route without PostgREST: nothing leaks, and health answers 503", async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    await withEdge({}, async (edge) => {
      for (const route of routes.filter(({ path }) => path !== "health")) {
        const by = {
          secret: newSecret(),
          ...(route.path.endsWith("claim") ? { token: user.token } : {}),
        };
        const answer = await callRoute(edge, route, session, by);
        assert.deepEqual([answer.status, refusal(answer).code], [503, "UNAVAILABLE"], route.path);
        assert.doesNotMatch(answer.text, new RegExp(gone));
      }
      const batch = await edge.post("chat-log", { turns: [turn(session)] }, {
        secret: newSecret(),
      });
      assert.equal(batch.status, 503, batch.text);
      const health = await edge.call("health");
      assert.deepEqual([health.status, refusal(health).code], [503, "UNHEALTHY"]);
      assert.doesNotMatch(health.text, new RegExp(gone));
    }, nowhere);
  });

  test("the same where nobody listens at all", async () => {
    await withEdge({ SUPABASE_URL: `http://127.0.0.1:${await freePort()}` }, async (edge) => {
      for (const route of ofSession) {
        const by = { secret: newSecret(), token: user.token };
        const answer = await callRoute(edge, route, session, by);
        assert.deepEqual([answer.status, refusal(answer).code], [503, "UNAVAILABLE"], route.path);
        assert.doesNotMatch(answer.text, new RegExp(gone));
      }
      assert.equal((await edge.call("health")).status, 503);
    });
  });
});

suite("the rest", () => {
  test("a wrong variable is named at the start, and its value is not", async () => {
    await using edge = await openEdge(fixture.api, { RATE_LIMIT_PER_MINUTE: "plenty" });
    for (const path of ["chat-log", "health"]) {
      assert.equal((await edge.call(path, { method: "GET" })).status, 503);
    }
    const printed = edge.lines.join("\n");
    assert.match(printed, /environment: RATE_LIMIT_PER_MINUTE: /);
    assert.doesNotMatch(printed, /plenty/);
  });

  test("without ALLOWED_ORIGINS no page may call, with * any may", async () => {
    for (const [origins, shown] of [["", undefined], ["*", "*"]] as const) {
      await withEdge({ ALLOWED_ORIGINS: origins }, async (edge) => {
        const answer = await edge.call("feedback", {
          method: "OPTIONS",
          headers: { origin: "https://app.example" },
        });
        assert.equal(answer.headers["access-control-allow-origin"], shown);
      });
    }
  });
});
