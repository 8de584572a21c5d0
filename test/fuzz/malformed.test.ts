import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isRecord } from "../../local/http.ts";
import { seeded } from "../server/support.ts";
import { type Attempt, makeAttempt, type Targets } from "./malformed.ts";
import { callRoute, routes } from "../functions/routes.ts";
import { type Answer, Fixture } from "../functions/support.ts";

const requests = 5000;
const atOnce = 16;

let fixture: Fixture;

before(async () => {
  fixture = await Fixture.open();
});

after(() => fixture.close());

/** Grow with what is written to the others, in numbers of their own. */
const derived = [
  "private.usage_tail",
  "private.usage_rollups",
  "private.usage_totals",
  "public.message_search",
  // Of people who export or claim; gone with them.
  "private.subject_keys",
];

test(`${requests} malformed requests: no 5xx, no crash, and no row of one that was refused`, async () => {
  const random = seeded("malformed requests");
  const visitors = await Promise.all(Array.from({ length: 40 }, () => fixture.visitor()));
  const user = await fixture.user();
  const leaving = {
    sessions: await Promise.all(Array.from({ length: 40 }, () => fixture.visitor())),
    userToken: (await fixture.user()).token,
  };
  const targets: Targets = {
    leaving,
    sessions: visitors,
    userToken: user.token,
    anonKey: fixture.api.addresses.anonKey,
    service: fixture.service,
  };
  // Each function is up, and does what it should.
  const named = { sessionId: (await fixture.visitor()).sessionId };
  for (const route of routes.filter(({ path }) => path !== "chat-session/claim")) {
    const answer = await callRoute(fixture.edge, route, named, { token: fixture.service });
    assert.equal(answer.status, 200, `${route.path}: ${answer.status} ${answer.text}`);
    // Of the last ones nothing is left.
    if (route.path === "privacy/erase") named.sessionId = (await fixture.visitor()).sessionId;
  }
  for (const worker of ["embed", "storage-cleanup"]) {
    const answer = await fixture.edge.call(worker, { body: {}, token: fixture.service });
    assert.equal(answer.status, 200, answer.text);
  }
  const pids = fixture.edge.pids();
  assert.ok(pids.every((pid) => pid !== undefined));
  const before = await fixture.counts();
  const written = new Written([...visitors, ...leaving.sessions]);

  const statuses = new Map<number, number>();
  let made = 0;
  let admitted = 0;
  const work = async () => {
    while (made < requests) {
      const attempt = makeAttempt(targets, random, made++);
      const answer = await fixture.edge.call(attempt.path, attempt.call);
      const id = String(answer.headers["x-request-id"]);
      const where = `${describe(attempt)} -> ${answer.status} ${answer.text.slice(0, 500)} ${
        answer.status >= 500 ? fixture.edge.lines.find((line) => line.includes(id)) : ""
      }`;
      assert.ok(answer.status >= 200 && answer.status < 500, where);
      if (attempt.fatal) assert.ok(answer.status >= 400, where);
      if (attempt.admitted) {
        assert.ok(answer.status !== 413 || /KiB|JSON/.test(answer.text), where);
        assert.notEqual(answer.status, 415, where);
        admitted += 1;
      }
      assertShape(answer, attempt, where);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      written.add(attempt, answer);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));

  console.log(`# ${[...statuses].sort().map(([status, n]) => `${n} x ${status}`).join(", ")}`);
  assert.ok(admitted >= 3000, `${admitted} had a good content type and size`);
  const refused = requests - (statuses.get(200) ?? 0) - (statuses.get(207) ?? 0);
  assert.ok(refused >= 3000, `${refused} were refused`);
  assert.deepEqual(fixture.edge.pids(), pids, "a process was started again");

  // Every row that is new belongs to an answer that said so.
  const now = await fixture.counts();
  const grown = Object.keys(now)
    .map((name) => [name, (now[name] ?? 0) - (before[name] ?? 0)] as const)
    .filter(([name, rows]) => rows !== 0 && !derived.includes(name));
  assert.deepEqual(Object.fromEntries(grown), await written.rows(fixture));
});

/** Ours, or the gateway's word about a function that it does not know. */
function assertShape(answer: Answer, { call }: Attempt, where: string): void {
  if (call.method === "HEAD" || answer.status === 204) return assert.equal(answer.text, "", where);
  if (answer.headers["content-type"] === "application/x-ndjson") {
    return assert.match(answer.text, /\{"manifest":\{.*\}\}\n$/, where);
  }
  if (answer.status < 300) return assert.equal(typeof answer.body["success"], "boolean", where);
  const { error } = answer.body;
  assert.equal(answer.body["success"], false, where);
  assert.ok(isRecord(error) && /^[A-Z_]+$/.test(String(error["code"])), where);
  assert.doesNotMatch(answer.text, /\bat file:|postgres|PGRST|SELECT /, where);
  assert.ok(answer.text.length < 2000, where);
}

/** What the good answers say that they wrote. */
class Written {
  readonly #sessions = new Set<string>();
  readonly #turns = new Set<string>();
  /** As the request named them: a session that was started here may answer later than its outcome. */
  readonly #outcomes: Record<string, unknown>[] = [];
  readonly #ended = new Set<string>();
  readonly #claimed = new Set<string>();
  readonly #erased: Record<string, number> = {};
  #exports = 0;
  #erasures = 0;
  readonly #ids = new Map<unknown, string>();

  constructor(sessions: Targets["sessions"]) {
    for (const { sessionId = "", sessionToken } of sessions) {
      this.#ids.set(sessionId, sessionId).set(sessionToken, sessionId);
    }
  }

  add({ path, call }: Attempt, { status, body }: Answer): void {
    if (status !== 200 && status !== 207) return;
    if (path === "privacy/export" && call.method === "POST") this.#exports++;
    const all: unknown[] = Array.isArray(body["results"]) ? body["results"] : [body];
    for (const one of all) {
      if (!isRecord(one) || one["success"] !== true) continue;
      if (path === "chat-session/start") {
        const id = String(one["sessionId"]);
        this.#sessions.add(id);
        this.#ids.set(id, id).set(one["sessionToken"], id);
      }
      if (path === "chat-session/claim") this.#claimed.add(String(one["sessionId"]));
      if (path === "privacy/erase") {
        const { receipt } = one;
        assert.ok(isRecord(receipt) && isRecord(receipt["counts"]));
        this.#erasures++;
        for (const [table, rows] of Object.entries(receipt["counts"])) {
          this.#erased[table] = (this.#erased[table] ?? 0) + Number(rows);
        }
      }
      if (path === "chat-session/end") this.#ended.add(String(one["sessionId"]));
      if (path === "chat-log" && one["inserted"]) this.#turns.add(String(one["conversationId"]));
      if (path === "feedback" || path === "outcome") {
        const named: unknown = JSON.parse(String(call.body));
        assert.ok(isRecord(named));
        this.#outcomes.push(named);
      }
    }
  }

  /** How many rows that makes in each table. */
  async rows({ api }: Fixture): Promise<Record<string, number>> {
    const count = async (table: string, column: string, ids: Set<string>) => {
      const [row] = await api.select(`
        select count(*)::int as n from public.${table}
        where ${column} = any ('{${[...ids].join()}}'::uuid[])`);
      return Number(row?.["n"]);
    };
    const turns = await count("conversation_messages", "id", this.#turns);
    assert.equal(turns, this.#turns.size, "a turn that was told of is not there");
    const outcomes = this.#outcomes.map(({ sessionId, sessionToken }) =>
      this.#ids.get(sessionId) ?? this.#ids.get(sessionToken)
    );
    const rows = {
      "public.conversation_sessions": this.#sessions.size,
      "public.session_clients": this.#sessions.size,
      // The question and its answer.
      "public.conversation_messages": 2 * turns,
      "public.message_retrievals": await count("message_retrievals", "message_id", this.#turns),
      "public.session_outcomes": new Set(outcomes).size,
      "public.session_events": this.#ended.size,
      "public.audit_log": this.#exports + this.#erasures + this.#claimed.size,
      "public.erasure_receipts": this.#erasures,
    };
    for (const [name, n] of Object.entries(rows)) assert.ok(n > 0, `${name}: nothing to tell`);
    // A profile goes too, when the user whom the request erased is the one who sent it.
    const told: Record<string, number> = { ...rows, "public.profiles": 0 };
    for (const [name, n] of Object.entries(this.#erased)) {
      if (derived.includes(name)) continue;
      const before = told[name];
      assert.ok(n > 0 && before !== undefined, name);
      told[name] = before - n;
    }
    return Object.fromEntries(Object.entries(told).filter(([, n]) => n !== 0));
  }
}

function describe({ path, call }: Attempt): string {
  return `${call.method} ${path} ${JSON.stringify(call.headers)} ${
    String(call.body).slice(0, 500)
  }`;
}
