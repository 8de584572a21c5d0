import { randomUUID } from "node:crypto";
import { bodyFor, type Session, turn } from "./routes.ts";

type Fields = Record<string, unknown>;

/** A change that makes a good body a bad one, and the field that the answer has to name. */
export interface Rule {
  name: string;
  field: string;
  /** The body as it is sent. */
  body: unknown;
}

/** The body itself, without its good fields. */
const anyBody: [name: string, body: unknown][] = [
  ["an array", []],
  ["null", null],
  ["a string", '"text"'],
  ["a number", 7],
  ["no JSON", "{"],
  ["empty", ""],
  ["not UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ["65 levels deep", `{"a":${"[".repeat(64)}${"]".repeat(64)}}`],
];

const badNames: [field: string, values: unknown[]][] = [
  ["sessionId", ["", "not-a-uuid", 7, null, `${randomUUID()}x`]],
  ["sessionToken", ["", "x".repeat(256), 7, null]],
];

const badSecrets = ["A".repeat(42), "A".repeat(256), `${"A".repeat(42)}+`, "", 7, null];
const badProducts = ["shoe", [7], [""], ["x".repeat(201)], [null], Array(1001).fill("x")];
const badCounts = [-1, 1.5, 2_147_483_648, "7", null];

const badValues: Record<string, [field: string, values: unknown[]][]> = {
  "chat-session/start": [
    ["sessionToken", ["", "x".repeat(256), 7, null, undefined]],
    ["sessionSecret", badSecrets],
    ["userAgent", [7, null, "\0", "\ud800"]],
    ["referrer", [7, null, "a\0b", "\udc00\ud800"]],
    ["deviceType", ["watch", "", 7, null]],
  ],
  "chat-session/end": badNames,
  "chat-session/claim": [...badNames, ["sessionSecret", badSecrets]],
  feedback: [...badNames, ["userSatisfaction", [0, 6, 1.5, "5", null, undefined]]],
  outcome: [
    ...badNames,
    ["productsViewed", badProducts],
    ["productsAddedToCart", badProducts],
    ["queryType", ["", "x".repeat(65), "a\nb", "é", "\0", 7, null]],
    ["conversionOccurred", ["yes", 1, null]],
    ["conversionValueUsd", [-1, 1e9, "12", null]],
  ],
  "chat-log": [
    ...badNames,
    ["turnId", ["", "not-a-uuid", 7, null, undefined]],
    ["userMessage", ["", 7, null, "\0", "\ud800", undefined]],
    ["aiResponse", [7, null, "\0", "\udfff", undefined]],
    ...["mood", "provider", "model", "errorMessage", "finishReason", "serviceTier"].map(
      (field): [string, unknown[]] => [field, [7, null, "\0", "\ud83d"]],
    ),
    ["responseTimeMs", [-1, 2_147_483_648, "7", null]],
    ["costUsd", [-1, 1e9, "-1", "1e3", "1,5", "", "1.", `0.${"1".repeat(21)}`, "NaN", null]],
    ["usage", [7, [], null]],
    ["toolCalls", ["search", {}, null]],
    ["similarityScores", [0.5, ["0.5"], [null]]],
    ["similarQaMatches", ["\0"]],
    ["embedding", [[], Array(383).fill(0), Array(385).fill(0), Array(384).fill("0"), null]],
    ["metadata", [7, [], null, { a: ["\0"] }, { "\ud800": 1 }]],
  ],
};

const usage = [
  "tokensUsed",
  "inputTokens",
  "outputTokens",
  "cachedInputTokens",
  "cacheWriteTokens",
  "cacheWrite1hTokens",
  "reasoningTokens",
];

/** Every rule of a POST route, each as one change of a body that is taken as it is. */
export function rulesOf(path: string, session: Session): Rule[] {
  const good = (): Fields => bodyFor(path, session);
  const rules: Rule[] = anyBody.map(([name, body]) => ({ name, field: "body", body }));
  const add = (field: string, change: Fields, name = `${field} = ${show(change[field])}`) =>
    rules.push({ name, field, body: { ...good(), ...change } });
  for (const [field, values] of badValues[path] ?? []) {
    for (const value of values) add(field, { [field]: value });
  }
  for (const key of ["surplus", "constructor", "toString"]) {
    add("body", { [key]: 1 }, `an unknown key, ${key}`);
  }
  const text = JSON.stringify(good());
  rules.push({
    name: "an unknown key, __proto__",
    field: "body",
    body: text.replace("{", '{"__proto__":{"userSatisfaction":1},'),
  });
  if (path !== "chat-session/start") {
    add("sessionId", { sessionId: undefined, sessionToken: undefined }, "no session");
  }
  if (path === "chat-log") {
    for (const field of usage) {
      for (const value of badCounts) {
        const name = `usage.${field} = ${show(value)}`;
        rules.push({
          name,
          field: `usage.${field}`,
          body: turn(session, { usage: { [field]: value } }),
        });
      }
    }
    rules.push({
      name: "an unknown key of usage",
      field: "usage",
      body: turn(session, { usage: { x: 1 } }),
    });
    rules.push({
      name: "a number beyond JavaScript's",
      field: "metadata.n",
      body: text.replace("{", '{"metadata":{"n":1e999},'),
    });
    const turns = (value: unknown, name: string) =>
      rules.push({ name, field: "turns", body: { turns: value } });
    turns([], "no turns");
    turns(Array.from({ length: 101 }, () => turn(session)), "101 turns");
    turns({ 0: turn(session) }, "turns that are no array");
    turns(null, "turns = null");
    rules.push({
      name: "turns beside a turn",
      field: "body",
      body: { ...good(), turns: [turn(session)] },
    });
  }
  if (path === "outcome") {
    rules.push({ name: "no outcome", field: "body", body: { ...session } });
  }
  return rules;
}

/** Of the query strings of the GET routes. */
export function queryRules(path: string, session: Session): { fields: Fields; field: string }[] {
  const fields: [field: string, fields: Fields][] = [
    ["sessionId", {}],
    ["sessionId", { sessionId: "not-a-uuid" }],
    ["sessionId", { sessionId: "" }],
    ["sessionToken", { sessionToken: "" }],
    ["sessionToken", { sessionToken: "x".repeat(256) }],
    ["sessionToken", { sessionToken: "\0" }],
    ["body", { ...session, surplus: 1 }],
    ["body", { ...session, ["__proto__"]: 1 }],
  ];
  if (path === "chat-session/history") {
    for (const limit of ["0", "201", "1.5", "-1", "x", "", "9".repeat(30)]) {
      fields.push(["limit", { ...session, limit }]);
    }
    for (const before of ["0", "-1", "1e3", "", "9".repeat(30)]) {
      fields.push(["before", { ...session, before }]);
    }
  }
  return fields.map(([field, given]) => ({ field, fields: given }));
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? "left out").slice(0, 30);
}
