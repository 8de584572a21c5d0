import type { Actor } from "./actors.ts";
import { changes, type Digest } from "./digest.ts";
import type { Answer, Request } from "./http.ts";
import type { World } from "./world.ts";

/**
 * refused: 4xx. nothing: refused, or done with no row. own: whatever the actor may have, but no byte of others.
 * A list: one of these statuses. A function says what is wrong.
 */
export type Expected =
  | "refused"
  | "nothing"
  | "own"
  | readonly number[]
  | ((answer: Answer) => string | undefined);

/** Refused by the grants themselves, and not by what stands behind them. */
export function notGranted({ status, text }: Answer): string | undefined {
  const isWord = status >= 400 && status < 500 && /"42501"|"428C9"/.test(text);
  return isWord ? undefined : "is not refused by a grant";
}

/** SQL as the role of a token, as Storage and Realtime run it: neither has a server in the local stack. */
export interface Statement {
  sql: string;
  settings?: Record<string, string>;
}

export interface Attempt {
  technique: string;
  /** What it is aimed at. */
  object: string;
  as: Actor;
  send?: Request | Statement;
  expect?: Expected;
  /** The same about what does not exist, which has to be answered alike. `known`: the texts in which both differ. */
  twin?: Request;
  known?: readonly [there: string, missing: string];
  /** Rows of the actor's own may change. */
  mayChange?: "own";
  /** Instead of a request: says what is wrong, in one line. */
  run?: (world: World) => Promise<string | undefined>;
}

export function nameOf({ technique, object }: Attempt): string {
  return `${technique} × ${object}`;
}

/** Tries it, and says everything that is wrong; `before` and what it gives back are the tables around it. */
export async function tryAttempt(
  world: World,
  attempt: Attempt,
  before: Digest,
): Promise<{ problems: string[]; after: Digest }> {
  const { as, mayChange } = attempt;
  const others = mayChange ? await world.digest(as) : undefined;
  const problems: string[] = [];
  if (attempt.run) {
    const problem = await attempt.run(world);
    if (problem !== undefined) problems.push(problem);
  }
  if (attempt.send) {
    const answer = await world.send(attempt.send, as);
    problems.push(...judge(world, attempt, answer));
  }
  if (attempt.send && "path" in attempt.send && attempt.twin) {
    const problem = await compare(world, attempt, attempt.send, attempt.twin);
    if (problem !== undefined) problems.push(problem);
  }
  const after = await world.digest();
  const changed = others
    ? changes(others, await world.digest(as)).map((name) => `${name} of others`)
    : changes(before, after);
  if (changed.length > 0) problems.push(`changes ${changed.join(", ")}`);
  return { problems, after };
}

function judge(world: World, { as, send, expect = "nothing" }: Attempt, answer: Answer): string[] {
  const problems: string[] = [];
  const problem = unexpected(expect, answer);
  if (problem !== undefined) problems.push(problem);
  const said = saidBy(send);
  const shown = `${answer.text} ${JSON.stringify(answer.headers)}`;
  const leak = world.marks.found(as, shown, said);
  if (leak !== undefined) problems.push(leak);
  return problems.map((text) => `${text}: ${answer.status} ${answer.text.slice(0, 200)}`);
}

function unexpected(expect: Expected, answer: Answer): string | undefined {
  const { status } = answer;
  if (typeof expect === "function") return expect(answer);
  // 501 is the gateway's word about services that it does not have, 55000 Postgres' about writes into sums.
  const isWord = status === 501 || (status === 500 && answer.text.includes('"55000"'));
  if (status >= 500 && !isWord) return "the server failed";
  const refused = status >= 400;
  if (expect === "own") return undefined;
  if (expect === "refused") return refused ? undefined : "is not refused";
  if (expect === "nothing") return refused || isNothing(answer) ? undefined : "gives something";
  return expect.includes(status) ? undefined : `is not answered with ${expect.join(" or ")}`;
}

/** No row, no number but zero; a count in the header counts too. */
function isNothing({ text, headers }: Answer): boolean {
  const count = /\/(\d+)$/.exec(String(headers["content-range"] ?? ""))?.[1];
  if (count !== undefined && count !== "0") return false;
  if (["", "[]", "null", "0", "false", '""'].includes(text.trim())) return true;
  // CSV: the names of the columns.
  return /text\/csv/.test(String(headers["content-type"])) && text.trim().split("\n").length === 1;
}

/** Two answers are alike but for the ids in them. */
async function compare(
  world: World,
  { as, known = ["", ""] }: Attempt,
  there: Request,
  gone: Request,
): Promise<string | undefined> {
  const [one, other] = [await world.send(there, as), await world.send(gone, as)];
  const shape = ({ status, text, headers }: Answer, id: string) => {
    const all = `${status} ${text} ${String(headers["content-range"] ?? "")} ${
      String(headers["location"] ?? "")
    }`;
    // A short one may stand in any number.
    return (id.length < 5 ? all : all.replaceAll(id, "…")).slice(0, 2000);
  };
  const [first, second] = [shape(one, known[0]), shape(other, known[1])];
  if (first === second) return undefined;
  return `tells what exists: ${first.slice(0, 160)} for it, ${second.slice(0, 160)} without it`;
}

/** What the request says itself, which may come back: also in other letters, and in a token. */
function saidBy(send: Attempt["send"]): string {
  const text = JSON.stringify(send ?? "");
  const tokens = [...text.matchAll(/eyJ[\w-]+\.(eyJ[\w-]+)/g)].map(([, claims = ""]) =>
    Buffer.from(claims, "base64url").toString()
  );
  try {
    return [text, decodeURIComponent(text), ...tokens].join(" ");
  } catch {
    return [text, ...tokens].join(" ");
  }
}
