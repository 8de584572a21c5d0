import { createHash, createHmac } from "node:crypto";
import { jwtSecret } from "../../../local/keys.ts";
import {
  bodyFor,
  callRoute,
  ofPerson,
  ofSession,
  type Route,
  type Session,
} from "../../functions/routes.ts";
import type { Call } from "../../functions/support.ts";
import { claimedSecret, idOf, missing, visitorSecret } from "../actors.ts";
import type { Attempt } from "../attempt.ts";
import type { World } from "../world.ts";

const evil = "https://evil.example";

function token(claims: Record<string, unknown>, secret: string): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

/** The edge functions and the secrets of visitors. */
export function visitors(world: World): Attempt[] {
  const sessionOf = (holder: string) =>
    world.marks.rows.find((row) => row.table === "public.session_clients" && row.holder === holder);
  const visitor = sessionOf("visitor");
  const claimed = sessionOf("owner");
  const byId: Session = { sessionId: String(visitor?.values["session_id"]) };
  const byToken: Session = { sessionToken: String(visitor?.values["session_token"]) };
  const ofOwner: Session = { sessionId: String(claimed?.values["session_id"]) };
  const hash = createHash("sha256").update(visitorSecret).digest("hex");
  const past = Math.floor(Date.now() / 1000) - 60;
  const service = { role: "service_role", iss: "supabase-demo" };

  const cases: [technique: string, session: Session, call: Call][] = [
    ["a visitor's chat without a secret", byId, {}],
    ["a visitor's chat by its token alone", byToken, {}],
    ["a visitor's chat with a wrong secret", byId, { secret: "w".repeat(43) }],
    ["a visitor's chat with another's secret", byId, { secret: claimedSecret }],
    ["a visitor's chat with the hash of its secret", byId, { secret: hash }],
    ["a visitor's chat with a part of its secret", byId, { secret: visitorSecret.slice(1) }],
    ["a visitor's chat with more than its secret", byId, { secret: `${visitorSecret}v` }],
    ["a visitor's chat with its secret in other letters", byId, {
      secret: visitorSecret.toUpperCase(),
    }],
    ["a visitor's chat with an empty secret", byId, { headers: { "x-session-secret": "" } }],
    ["a visitor's chat with wildcards for a secret", byId, {
      headers: { "x-session-secret": "%".repeat(43) },
    }],
    ["a visitor's chat with SQL for a secret", byId, {
      headers: { "x-session-secret": `' or '1'='1${" ".repeat(40)}` },
    }],
    ["a visitor's chat with two secrets", byId, {
      headers: { "x-session-secret": `${"w".repeat(43)}, ${visitorSecret}` },
    }],
    ["a visitor's chat with a secret in a cookie", byId, {
      headers: { cookie: `x-session-secret=${visitorSecret}` },
    }],
    ["a claimed chat with its old secret", ofOwner, { secret: claimedSecret }],
    ["a user's chat with another visitor's secret", ofOwner, { secret: visitorSecret }],
    ["a visitor's chat by a user's token", byId, { token: world.token("stranger") }],
    ["a user's chat by another user's token", ofOwner, { token: world.token("stranger") }],
    ["a user's chat by a brand owner's token", ofOwner, { token: world.token("brand_owner") }],
    ["an edge function with the anon key", byId, { token: world.anonKey }],
    ["an edge function with a forged service key", byId, { token: token(service, "x") }],
    ["an edge function with an expired service key", byId, {
      token: token({ ...service, exp: past }, jwtSecret),
    }],
    ["an edge function with a service key of another subject", ofOwner, {
      token: token({ ...service, exp: past, sub: idOf("owner") }, jwtSecret),
    }],
    ["an edge function with the service key's name", byId, {
      headers: { apikey: "service_role", "x-role": "service_role" },
    }],
    ["an edge function from another address", byId, {
      headers: {
        "x-forwarded-for": "127.0.0.1, 10.0.0.1",
        "x-real-ip": "127.0.0.1",
        forwarded: "for=localhost",
      },
    }],
    ["an edge function by another host", ofOwner, {
      token: world.token("stranger"),
      headers: { "x-forwarded-host": "localhost", "x-original-url": "/health" },
    }],
    ["an edge function by a method in a header", byId, {
      headers: { "x-http-method-override": "OPTIONS", "x-method-override": "GET" },
    }],
  ];
  const attempts: Attempt[] = [];
  for (const [technique, session, call] of cases) {
    for (const route of [...ofSession, ...ofPerson]) {
      attempts.push(refusedCall(technique, route, session, call));
    }
  }
  attempts.push(...missingAlike(world, byId), ...doors(world, byId));
  return attempts;
}

function refusedCall(technique: string, route: Route, session: Session, call: Call): Attempt {
  return {
    technique,
    object: route.path,
    as: "nobody",
    run: async (world) => {
      const edge = await world.edge();
      const answer = await callRoute(edge, route, session, call);
      const wrong = `${answer.status} ${answer.text.slice(0, 200)}`;
      if (answer.status < 400 || answer.status >= 500) return `is not refused: ${wrong}`;
      if (answer.body["success"] !== false && answer.status !== 401) return `is no error: ${wrong}`;
      return world.marks.found("nobody", answer.text, JSON.stringify(session));
    },
  };
}

/** A wrong secret for a chat and any secret for none are the same to who asks. */
function missingAlike(_world: World, session: Session): Attempt[] {
  const routes = [...ofSession, ...ofPerson].filter(({ path }) => path !== "chat-session/claim");
  return routes.map((route) => ({
    technique: "a chat that exists against one that does not",
    object: route.path,
    as: "nobody",
    run: async (world) => {
      const edge = await world.edge();
      const ask = async (named: Session) => {
        const { status, body } = await callRoute(edge, route, named, { secret: "w".repeat(43) });
        const error = JSON.stringify({ ...Object(body["error"]), requestId: "" });
        return `${status} ${error.replaceAll(named.sessionId ?? "", "…")}`;
      };
      const [there, gone] = [await ask(session), await ask({ sessionId: missing })];
      return there === gone ? undefined : `tells what exists: ${there} against ${gone}`;
    },
  }));
}

/** What stands before all routes: origins, methods, forms, the workers, and the limit of calls. */
function doors(world: World, session: Session): Attempt[] {
  const all = [...ofSession, ...ofPerson];
  const attempts: Attempt[] = all.flatMap((route): Attempt[] => [
    {
      technique: "a page of another origin",
      object: route.path,
      as: "nobody",
      run: async (there) => {
        const edge = await there.edge();
        const before = await edge.call(route.path, {
          method: "OPTIONS",
          headers: { origin: evil },
        });
        const answer = await callRoute(edge, route, session, { headers: { origin: evil } });
        const allowed = [before, answer].map(({ headers }) =>
          headers["access-control-allow-origin"]
        );
        return allowed.some((value) => value !== undefined)
          ? `allows ${String(allowed.find((value) => value !== undefined))}`
          : undefined;
      },
    },
    {
      technique: "another method",
      object: route.path,
      as: "nobody",
      run: async (there) => {
        const edge = await there.edge();
        for (const method of ["PUT", "PATCH", "DELETE", route.method === "GET" ? "POST" : "GET"]) {
          const answer = await edge.call(route.path, {
            method,
            secret: visitorSecret,
            ...(method === "GET" ? {} : { body: bodyFor(route.path, session) }),
          });
          if (answer.status !== 405 && answer.status !== 404) return `${method}: ${answer.status}`;
        }
        return undefined;
      },
    },
  ]);
  for (const worker of ["embed", "storage-cleanup"]) {
    const tokens = {
      "no token": "",
      "a user's token": world.token("brand_owner"),
      "the anon key": world.anonKey,
    };
    for (const [name, value] of Object.entries(tokens)) {
      attempts.push({
        technique: "a worker of the server",
        object: `${worker} with ${name}`,
        as: "nobody",
        run: async (there) => {
          const edge = await there.edge();
          const answer = await edge.call(worker, { body: {}, ...(value ? { token: value } : {}) });
          return answer.status === 401 || answer.status === 403
            ? undefined
            : `${answer.status} ${answer.text}`;
        },
      });
    }
  }
  attempts.push({
    technique: "another address for each call",
    object: "the limit of calls",
    as: "nobody",
    run: async (there) => {
      const edge = await there.edge();
      const keys = async () => {
        const { rows } = await there.admin.query<{ keys: number }>(
          "select count(distinct key_hash)::integer as keys from private.rate_limits",
        );
        return rows[0]?.keys ?? 0;
      };
      const ask = (address: string) =>
        callRoute(edge, { path: "chat-session/history", method: "GET" }, session, {
          secret: "w".repeat(43),
          headers: { "x-forwarded-for": address },
        });
      await ask("198.51.100.1");
      const before = await keys();
      for (let last = 2; last < 8; last++) await ask(`198.51.100.${last}, 203.0.113.${last}`);
      const after = await keys();
      if (before === 0) return "no call is counted";
      return after === before ? undefined : `${after - before} more callers are counted`;
    },
  });
  return attempts;
}
