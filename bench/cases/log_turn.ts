import { randomUUID } from "node:crypto";
import type { Case, Comparison, Statement, Target, Variant, Write } from "../case.ts";
import { openSession } from "../data/chat.ts";
import type { Size } from "../data/sizes.ts";
import {
  answerText,
  bareTable,
  extras,
  insertAnswer,
  insertQuestion,
  logTurn,
  questionText,
} from "./messages.ts";

const crowds = [1, 16] as const;
const waits = { on: "", off: ", not waiting for the disk" };
const ways = {
  turn: "log_turn",
  apart: "baseline: two inserts, a transaction each",
  together: "baseline: two inserts in one transaction",
  bare: "floor: both rows into a bare table",
};

function label(way: keyof typeof ways, callers: number, commit: "on" | "off"): string {
  return `${ways[way]}, ${callers} ${callers === 1 ? "caller" : "callers"}${waits[commit]}`;
}

function variants(size: Size): Variant[] {
  return (["on", "off"] as const).flatMap((commit) =>
    crowds.flatMap((callers): Write[] => {
      const common = {
        kind: "write" as const,
        as: (call: number) =>
          ({ role: "authenticated", user: openSession(size, call).user }) as const,
        calls: callers === 1 ? 250 : 800,
        callers,
        settings: commit === "off" ? { synchronous_commit: "off" } : {},
      };
      const baseline = { ...common, side: "baseline", database: "baseline" } as const;
      return [
        {
          ...common,
          label: label("turn", callers, commit),
          side: "product",
          database: "product",
          setup: extras("off"),
          transactions: [[logTurn(size)]],
        },
        {
          ...baseline,
          label: label("apart", callers, commit),
          transactions: [[insertQuestion(size)], [insertAnswer(size)]],
        },
        {
          ...baseline,
          label: label("together", callers, commit),
          transactions: [[insertQuestion(size), insertAnswer(size)]],
        },
        {
          ...common,
          label: label("bare", callers, commit),
          side: "floor",
          database: "product",
          as: () => ({ role: "service_role" }),
          setup: bareTable,
          transactions: [[bareInsert(size, callers, commit)]],
        },
      ];
    })
  );
}

function bareInsert(size: Size, callers: number, commit: "on" | "off"): Statement {
  // Nobody else's places in the table, which several variants share.
  const first = callers * 10_000_000 + (commit === "on" ? 0 : 5_000_000);
  return {
    sql: `
      insert into bench.bare_messages (
        id, session_id, brand_id, user_id, role, content, provider, model_used, tokens_used,
        cost_usd, latency_ms, sequence_order
      )
      values
        ($1, $3, $4, $5, 'user', $6, null, null, null, null, null, $8),
        ($2, $3, $4, $5, 'assistant', $7, 'openai', 'large', 150, 0.0008, 850, $8::int + 1)`,
    values: (call) => {
      const { session, brand, user } = openSession(size, call);
      const place = first + 2 * call;
      return [randomUUID(), randomUUID(), session, brand, user, questionText, answerText, place];
    },
  };
}

export const logTurnCase: Case = {
  name: "log_turn",
  measures:
    "A turn, the user's message (180 characters) and the answer with its cost (780): by one " +
    "call of log_turn, and by two inserts into the baseline, each a transaction as an app sends it.",
  set: "chat",
  writes: true,
  growth: [label("turn", 1, "on"), label("apart", 1, "on"), label("bare", 1, "on")],
  variants,
  targets: crowds.map((callers): Target => ({
    kind: "faster",
    of: label("turn", callers, "on"),
    against: label("apart", callers, "on"),
    times: 1.3,
    says:
      `a turn by log_turn, beside two baseline inserts, ${callers} at once: at least 1.3 times as fast`,
  })),
  comparisons: [
    ...crowds.map((callers): Comparison => ({
      of: label("turn", callers, "on"),
      against: label("together", callers, "on"),
      says: `log_turn beside both baseline inserts in one transaction, ${callers} at once`,
    })),
    ...crowds.map((callers): Comparison => ({
      of: label("turn", callers, "off"),
      against: label("apart", callers, "off"),
      says: `log_turn beside two baseline inserts without waiting for the disk, ${callers} at once`,
    })),
    {
      of: label("turn", 1, "on"),
      against: label("bare", 1, "on"),
      says: "log_turn beside both rows inserted into a bare table",
    },
  ],
};
