import { randomUUID } from "node:crypto";
import type { Random } from "../server/support.ts";
import { bodyFor, query, type Route, routes, type Session, turn } from "../functions/routes.ts";
import type { Call } from "../functions/support.ts";

/** A request that is meant to go wrong, and whether it must. */
export interface Attempt {
  path: string;
  call: Call;
  /** No change of a kind that may leave it valid. */
  fatal: boolean;
  /** A JSON body that is not too long. */
  admitted: boolean;
}

export interface Targets {
  sessions: readonly (Session & { secret: string })[];
  userToken: string;
  /** Who is exported and erased: nobody else writes about them. */
  leaving: { sessions: Targets["sessions"]; userToken: string };
  anonKey: string;
  service: string;
}

type Fields = Record<string, unknown>;

const junk: unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1e308,
  -1e308,
  5e-324,
  9007199254740993,
  "",
  " ",
  "\u202e",
  "null",
  "'; drop table conversation_messages; --",
  "../../etc/passwd",
  "${jndi:ldap://x}",
  "%00",
  "\r\nset-cookie: a=b",
  "👩‍👩‍👧‍👦",
  [],
  {},
  [[]],
  [null],
  { length: -1 },
  { toJSON: 1, valueOf: null },
];

const prototypeKeys = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];
const rawNumbers = ["1e999", "-1e999", "1e-999", "9".repeat(400), "0.".padEnd(400, "1"), "-0"];

/** Of a body that is an object: changes that no route may take. */
const fatalChanges: ((text: string, random: Random) => string | Buffer)[] = [
  // Cut off.
  (text, random) => text.slice(0, random.int(text.length - 1) + 1),
  // Followed by more.
  (text, random) => text + random.pick(["}", "x", "{}", ",", "\0"]),
  // Random bytes.
  (_, random) => Buffer.from(Array.from({ length: random.int(200) + 1 }, () => random.int(256))),
  // An invalid byte in the middle.
  (text, random) => {
    const at = random.int(text.length);
    const bad = Buffer.from([random.pick([0xff, 0xfe, 0xc0, 0x80])]);
    return Buffer.concat([Buffer.from(text.slice(0, at)), bad, Buffer.from(text.slice(at))]);
  },
  // Deep.
  (text, random) => {
    const levels = random.pick([65, 100, 1000, 30_000]);
    const [open, close] = random.pick([["[", "]"], ['{"a":', "}"]] as const);
    const value = `${open.repeat(levels)}1${close.repeat(levels)}`;
    return random.int(2) ? value : text.replace("{", `{"metadata":${value},`);
  },
  // Never closed.
  (_, random) => random.pick(["[", '{"a":']).repeat(random.pick([70, 9000])),
  // Not an object.
  (_, random) => JSON.stringify(random.pick(junk.filter((value) => !isFields(value)))),
  // A key that is not known, or reaches for a prototype.
  (text, random) =>
    text.replace("{", `{"${random.pick(prototypeKeys)}":${JSON.stringify(random.pick(junk))},`),
  (text, random) =>
    text.replace("{", `{"k${random.int(1e6)}":${JSON.stringify(random.pick(junk))},`),
  // Control characters where JSON has none, and other people's syntax.
  (text) => text.replace("{", "{\u0001"),
  (text) => text.replaceAll('"', "'"),
  (text) => text.replace("{", "{/* */"),
  (text) => text.replace("{", '{"sessionId":undefined,'),
  (text) => text.replace("{", '{"sessionId":NaN,'),
  (text, random) => text.replace("{", `{"surplus":${random.pick(rawNumbers)},`),
];

/** Changes of one field, of which some leave the body valid. */
function change(body: Fields, random: Random): Fields {
  const names = Object.keys(body);
  const name = names.length > 0 ? random.pick(names) : "x";
  const value = body[name];
  switch (random.int(6)) {
    case 0:
      return { ...body, [name]: random.pick(junk) };
    case 1:
      return Object.fromEntries(Object.entries(body).filter(([key]) => key !== name));
    case 2:
      return {
        ...body,
        [name]: `${JSON.stringify(value)}${random.pick(["\0", "\ud800", "\udfff", "\uffff"])}`,
      };
    case 3:
      return { ...body, [name]: "x".repeat(random.pick([256, 5000, 60_000])) };
    case 4:
      return { ...body, [name]: [value, random.pick(junk)] };
  }
  return { ...body, [name]: { [random.pick(prototypeKeys)]: value } };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** All fields that chat-log knows, so that each is changed some time. */
function wideTurn(session: Session, random: Random): Fields {
  return turn(session, {
    mood: "calm",
    responseTimeMs: random.int(5000),
    provider: "openai",
    model: "gpt-4o",
    costUsd: random.pick(["0.1", 0.1]),
    usage: { tokensUsed: 1, inputTokens: 1 },
    toolCalls: [{ id: "a" }],
    errorMessage: "e",
    finishReason: "stop",
    serviceTier: "default",
    similarQaMatches: [1],
    similarityScores: [0.5],
    embedding: Array(384).fill(0.1),
    metadata: { a: [{ b: random.pick(junk) }] },
  });
}

function body(path: string, session: Session, random: Random): Fields {
  if (path === "chat-log" && random.int(2)) return wideTurn(session, random);
  if (path === "outcome" && random.int(2)) {
    return { ...session, productsViewed: ["a"], productsAddedToCart: [], conversionValueUsd: 1 };
  }
  if (path === "chat-session/start" && random.int(2)) {
    const secret = Buffer.from(randomUUID() + randomUUID()).toString("base64url");
    return {
      sessionToken: randomUUID(),
      sessionSecret: secret,
      userAgent: "agent",
      referrer: "https://example.com",
      deviceType: "mobile",
    };
  }
  return bodyFor(path, session);
}

/** Who calls: mostly somebody who may. */
function caller(path: string, session: { secret: string }, targets: Targets, random: Random): Call {
  const { service, anonKey } = targets;
  const claims = path === "chat-session/claim";
  const { userToken } = path.startsWith("privacy/") ? targets.leaving : targets;
  switch (random.int(12)) {
    case 0:
      return {};
    case 1:
      return {
        token: random.pick([anonKey, "a.b.c", `${userToken}x`, "x".repeat(4000), "..", "\u00ff"]),
      };
    case 2:
      return { secret: random.pick(["x".repeat(43), "\u00e9".repeat(50), "s", "x".repeat(300)]) };
    case 3:
    case 4:
      return { token: service };
    case 5:
      return { token: userToken };
  }
  return { secret: session.secret, ...(claims ? { token: userToken } : {}) };
}

const oddHeaders: Record<string, string>[] = [
  { "x-forwarded-for": ",,,, ,%00, 999.999.999.999, [::1" },
  { "x-forwarded-for": "1.2.3.4,".repeat(500) },
  { origin: "null" },
  { origin: "\u00ff" },
  { "user-agent": "\u00ff".repeat(2000) },
  { "content-encoding": "gzip" },
  { "accept": "text/html" },
  { "x-http-method-override": "DELETE" },
  {},
];

const otherTypes = [
  "text/plain",
  "",
  "multipart/form-data; boundary=x",
  "application/json-seq",
  "application/xml",
  "json",
  ";application/json",
  "\u00ff",
];

export function makeAttempt(targets: Targets, random: Random, at: number): Attempt {
  const post = routes.filter(({ method }) => method === "POST");
  const read = routes.filter(({ method }) => method === "GET");
  const headers = random.pick(oddHeaders);
  const isRead = random.int(100) < 18;
  const route = random.pick(
    isRead ? read : [...post, ...post.filter((each) => each.path === "chat-log")],
  );
  const { path, cap = 0, ofPerson } = route;
  const whose = ofPerson ? targets.leaving.sessions : targets.sessions;
  const session = random.pick(whose);
  const named: Session = random.pick([
    { sessionId: session.sessionId ?? "" },
    { sessionToken: session.sessionToken ?? "" },
  ]);
  if (isRead) return oddQuery(route, named, session, targets, random);
  const call: Call = { ...caller(path, session, targets, random), headers, method: "POST" };
  // A handful: each is 10 MB through three processes.
  if (at % 700 === 350) {
    const chunked = random.int(2) === 1;
    const large = Buffer.alloc(10_000_000, random.pick(["{", " ", "\0", "["]));
    return { path, call: { ...call, body: large, chunked }, fatal: true, admitted: false };
  }
  const good = body(path, named, random);
  const text = JSON.stringify(good);
  const kind = random.int(100);
  if (kind < 6) {
    const type = { "content-type": random.pick(otherTypes) };
    return {
      path,
      call: { ...call, body: text, headers: { ...headers, ...type } },
      fatal: true,
      admitted: false,
    };
  }
  if (kind < 10) {
    const method = random.pick(["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]);
    const { body: _, ...rest } = call;
    return { path, call: { ...rest, method }, fatal: method !== "OPTIONS", admitted: false };
  }
  const made = makeBody(path, good, targets, random);
  const bytes = Buffer.from(made.body);
  return { path, call: { ...call, body: bytes }, fatal: made.fatal, admitted: bytes.length <= cap };
}

function makeBody(
  path: string,
  good: Fields,
  targets: Targets,
  random: Random,
): { body: string | Buffer; fatal: boolean } {
  const text = JSON.stringify(good);
  const kind = random.int(100);
  if (kind < 45) return { body: random.pick(fatalChanges)(text, random), fatal: true };
  // The same key twice: the last one counts, as everywhere.
  if (kind < 52) {
    const name = random.pick([...Object.keys(good), "x"]);
    const twice = `{"${name}":${JSON.stringify(random.pick(junk))},`;
    return { body: text.replace("{", twice), fatal: false };
  }
  if (kind < 60 && path === "chat-log") {
    const turns = Array.from({ length: random.int(5) + 1 }, () => {
      const each = wideTurn(random.pick(targets.sessions.map(named)), random);
      return random.int(3) ? change(each, random) : random.pick([each, ...junk]);
    });
    return { body: JSON.stringify({ turns }), fatal: false };
  }
  let changed = change(good, random);
  while (random.int(3) === 0) changed = change(changed, random);
  return { body: JSON.stringify(changed), fatal: false };
}

function named({ sessionId = "" }: Session): Session {
  return { sessionId };
}

/** A GET whose query, method, path or body is odd. */
function oddQuery(
  { path }: Route,
  named: Session,
  session: { secret: string },
  targets: Targets,
  random: Random,
): Attempt {
  const call: Call = {
    ...caller(path, session, targets, random),
    headers: random.pick(oddHeaders),
  };
  const fields: Fields = { ...named };
  for (const name of ["limit", "before", "sessionId", "sessionToken", "__proto__", "x"]) {
    if (random.int(3) === 0) {
      fields[name] = random.pick([...junk, "\0", "9".repeat(50), "1e3", "NaN"]);
    }
  }
  const raw = random.pick([
    "",
    "",
    "&%00",
    "&%ff=%fe",
    "&sessionId",
    "&=",
    "&[]=1",
    "&sessionId[]=1",
  ]);
  const suffix = random.pick(["", "", "", "", "/%00", "//", "/x", "/%ff", "/x/.."]);
  const method = random.pick(["GET", "GET", "GET", "GET", "POST", "PUT", "HEAD"]);
  return {
    path: `${path}${suffix}?${query(fields)}${raw}`,
    call: { ...call, method, ...(method === "POST" || random.int(9) === 0 ? { body: "{" } : {}) },
    fatal: false,
    admitted: false,
  };
}
