import { createHmac, randomBytes } from "node:crypto";
import { jwtSecret } from "../../../local/keys.ts";
import { idOf, missing } from "../actors.ts";
import type { Attempt, Expected } from "../attempt.ts";
import type { Request } from "../http.ts";
import type { World } from "../world.ts";

type Claims = Record<string, unknown>;

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

function make(
  claims: Claims,
  header: Claims = { alg: "HS256", typ: "JWT" },
  secret = jwtSecret,
  digest = "sha256",
): string {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${createHmac(digest, secret).update(text).digest("base64url")}`;
}

const now = () => Math.floor(Date.now() / 1000);
const good = (more: Claims = {}): Claims => ({
  sub: idOf("owner"),
  aud: "authenticated",
  role: "authenticated",
  is_anonymous: false,
  iat: now(),
  exp: now() + 3600,
  ...more,
});
const service = { role: "service_role", iss: "supabase" };

/** Tokens that prove nothing: who sends one is nobody. */
function worthless(world: World): [technique: string, token: string][] {
  const [head = "", body = "", signature = ""] = world.token("stranger").split(".");
  const none = (alg: string) => `${encode({ alg, typ: "JWT" })}.${encode(good(service))}.`;
  const key = { kty: "oct", k: Buffer.from("mine").toString("base64url") };
  return [
    ["token signed with another secret", make(good(), undefined, "x".repeat(40))],
    ["token signed with an empty secret", make(good(), undefined, "")],
    ["token of algorithm none", none("none")],
    ["token of algorithm None", none("None")],
    ["token of algorithm nOnE with a signature", `${none("nOnE")}${signature}`],
    ["token that has expired", make(good({ iat: now() - 7200, exp: now() - 3600 }))],
    ["service token that has expired", make(good({ ...service, exp: now() - 60 }))],
    ["token that is not valid yet", make(good({ nbf: now() + 3600 }))],
    [
      "token with other claims under its signature",
      `${head}.${encode(good(service))}.${signature}`,
    ],
    ["token of another subject under its signature", `${head}.${encode(good())}.${signature}`],
    ["token without its signature", `${head}.${body}.`],
    ["token with a random signature", `${head}.${body}.${randomBytes(32).toString("base64url")}`],
    ["token that says RS256", make(good(), { alg: "RS256", typ: "JWT" })],
    ["token that brings its own key", make(good(), { alg: "HS256", jwk: key }, "mine")],
    [
      "token that names a key file",
      make(good(), { alg: "HS256", kid: "../../../dev/null" }, ""),
    ],
    [
      "token that names a key elsewhere",
      make(good(), { alg: "HS256", jku: "http://127.0.0.1:9/keys" }, "mine"),
    ],
    ["token that is no token", "undefined"],
    ["token of one part", head],
    ["token in three parts of nothing", ".."],
  ];
}

/** Signed well, and of a role or subject that is no user's. */
const strange: [technique: string, claims: Claims, expect: Expected][] = [
  ["token of a database role", { role: "postgres" }, "refused"],
  ["token of a database role", { role: "supabase_admin" }, "refused"],
  ["token of a database role", { role: "authenticator" }, "refused"],
  ["token of a database role", { role: "supabase_auth_admin" }, "refused"],
  ["token of a database role", { role: "analyst" }, "refused"],
  ["token of a database role", { role: "pg_read_all_data" }, "refused"],
  ["token whose role is SQL", { role: "authenticated; reset role" }, "refused"],
  ["token whose role is SQL", { role: 'authenticated" superuser' }, "refused"],
  ["token whose role is a list", { role: ["service_role"] }, "nothing"],
  ["token without a role", { role: undefined }, "refused"],
  ["token of an unknown subject", { sub: missing }, "nothing"],
  ["token without a subject", { sub: undefined }, "nothing"],
  ["token whose subject is SQL", { sub: `${idOf("owner")}' or 'a' = 'a` }, "refused"],
  ["token whose subject is a list", { sub: [idOf("owner")] }, "refused"],
  [
    "token whose subject is in another claim",
    { sub: undefined, user_id: idOf("owner") },
    "nothing",
  ],
  ["token of another audience", { aud: "elsewhere", sub: idOf("newcomer") }, "nothing"],
  ["token of another issuer", { iss: "https://evil.example", sub: idOf("newcomer") }, "nothing"],
  [
    "token whose user data claims more",
    {
      sub: idOf("newcomer"),
      user_metadata: { role: "service_role", sub: idOf("owner"), is_admin: true },
    },
    "nothing",
  ],
];

/** Each is sent to all of these, since each checks tokens by itself. */
const doors: Record<string, Request> = {
  "a table": { path: "/conversation_messages?select=*" },
  "a function": { path: "/rpc/list_sessions", body: {} },
  "a write": {
    path: `/conversation_messages?session_id=not.is.null`,
    method: "PATCH",
    body: { mood: "x" },
    headers: [["prefer", "return=representation"]],
  },
};

export function tokens(world: World): Attempt[] {
  const attempts: Attempt[] = [];
  const bearing = (request: Request, token: string): Request => ({
    ...request,
    headers: [...request.headers ?? [], ["authorization", `Bearer ${token}`]],
  });
  for (const [technique, token] of worthless(world)) {
    for (const [object, request] of Object.entries(doors)) {
      attempts.push({
        technique,
        object,
        as: "anon",
        send: bearing(request, token),
        expect: [401],
      });
    }
    attempts.push({
      technique,
      object: "auth, the user",
      as: "anon",
      send: bearing({ path: "/auth/v1/user" }, token),
      expect: [401, 403],
    });
    attempts.push({
      technique,
      object: "an edge function",
      as: "anon",
      run: async (there) => {
        const session = world.marks.own("public.conversation_sessions", "owner")[0];
        const path = `chat-session/history?sessionId=${String(session?.values["id"])}`;
        const answer = await (await there.edge()).call(path, { token });
        const leak = world.marks.found("anon", answer.text, path);
        return answer.status === 401 ? leak : `is answered ${answer.status} ${answer.text}`;
      },
    });
  }
  for (const [technique, claims, expect] of strange) {
    const detail = JSON.stringify(claims).slice(0, 60);
    for (const [object, request] of Object.entries(doors)) {
      attempts.push({
        technique,
        object: `${object} as ${detail}`,
        as: "anon",
        send: bearing(request, make(good(claims))),
        expect,
      });
    }
  }
  return [...attempts, ...keys(world)];
}

/** The gateway's keys, and the places where a token may stand. */
function keys(world: World): Attempt[] {
  const path = "/conversation_sessions?select=*";
  const mine = world.token("stranger");
  const cases: [technique: string, object: string, Request, Expected][] = [
    ["API key left out", "no header", { path }, [401]],
    ["API key left out", "a token alone", {
      path,
      headers: [["authorization", `Bearer ${mine}`]],
    }, [401]],
    ["API key of one's own", "a user's token", { path, headers: [["apikey", mine]] }, [401]],
    ["API key of one's own", "a forged service key", {
      path,
      headers: [["apikey", make(good(service), undefined, "x")]],
    }, [401]],
    ["API key of one's own", "a part of the key", {
      path,
      headers: [["apikey", world.anonKey.slice(0, -1)]],
    }, [401]],
    ["API key of one's own", "in the query", { path: `${path}&apikey=${mine}` }, [401]],
    ["token in another place", "the query", {
      path: `/conversation_sessions?access_token=${mine}`,
      headers: [["apikey", world.anonKey]],
    }, "refused"],
    ["token in another place", "a cookie", {
      path,
      headers: [["apikey", world.anonKey], ["cookie", `sb-access-token=${mine}`]],
    }, [401]],
    ["token in another scheme", "Basic", {
      path,
      headers: [["apikey", world.anonKey], [
        "authorization",
        `Basic ${Buffer.from("service_role:x").toString("base64")}`,
      ]],
    }, [401]],
    ["two tokens in a request", "two headers", {
      path,
      headers: [
        ["apikey", world.anonKey],
        ["authorization", `Bearer ${make(good(service), undefined, "x")}`],
        ["authorization", `Bearer ${mine}`],
      ],
    }, [401]],
  ];
  const users = ["GET", "POST", "PUT", "DELETE"].map((method): Attempt => ({
    technique: "users by a user's token",
    object: `${method} /admin/users`,
    as: "stranger",
    send: {
      method,
      path: `/auth/v1/admin/users${
        method === "GET" || method === "POST" ? "" : `/${idOf("owner")}`
      }`,
      ...(method === "GET"
        ? {}
        : { body: { email: "mine@kept.example", password: "correct horse" } }),
    },
    expect: [401, 403],
  }));
  return [
    ...cases.map(([technique, object, send, expect]): Attempt => ({
      technique,
      object,
      as: "nobody",
      send,
      expect,
    })),
    ...users,
  ];
}
