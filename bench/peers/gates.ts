import type { Shown, Usage } from "./contender.ts";
import { type Meta, turnOf } from "./data.ts";

/** What is wrong with the last messages that a store gave of a thread of so many turns. */
export function readProblem(
  shown: readonly Shown[],
  thread: number,
  turns: number,
  count: number,
): string | undefined {
  if (shown.length !== count) return `read: ${shown.length} rows instead of ${count}`;
  const first = 2 * turns - count;
  for (const [n, { role, text, meta }] of shown.entries()) {
    const number = first + n;
    const turn = turnOf(thread, Math.floor(number / 2));
    const isAnswer = number % 2 === 1;
    if (text !== (isAnswer ? turn.answer : turn.question)) {
      return `order: message ${number + 1} is not in its place`;
    }
    if (role !== (isAnswer ? "assistant" : "user")) return `role: ${role} at message ${number + 1}`;
    if (isAnswer && !sameMeta(turn.meta, meta)) {
      return `metadata: message ${number + 1} comes back with other figures`;
    }
  }
  return undefined;
}

function sameMeta(wanted: Meta, found: Shown["meta"]): boolean {
  return Object.entries(wanted).every(([key, value]) => found?.[key as keyof Meta] === value);
}

/** What is wrong with a list of threads, last active first, right after a turn in one that is old. */
export function activityProblem(
  listed: readonly string[] | undefined,
  active: string,
): string | undefined {
  return listed?.[0] === active
    ? undefined
    : "list: a new turn does not bring its thread to the top";
}

/** Percentiles may come from a histogram: within 5 %. */
export function usageProblem(usage: Usage | undefined, metas: readonly Meta[]): string | undefined {
  const tokens = metas.reduce((sum, meta) => sum + meta.input_tokens + meta.output_tokens, 0);
  const micros = metas.reduce((sum, { cost_usd }) => sum + Math.round(cost_usd * 1e6), 0);
  const latencies = metas.map(({ latency_ms }) => latency_ms).sort((a, b) => a - b);
  const p95 = latencies[Math.ceil(latencies.length * 0.95) - 1] ?? NaN;
  if (usage?.tokens !== tokens) return `usage: ${usage?.tokens} tokens instead of ${tokens}`;
  if (Math.round(usage.cost * 1e6) !== micros) {
    return `usage: ${usage.cost} dollars instead of ${micros / 1e6}`;
  }
  if (!(Math.abs(usage.p95 / p95 - 1) < 0.05)) return `usage: p95 ${usage.p95} instead of ${p95}`;
  return undefined;
}
