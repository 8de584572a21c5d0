import type { Case, Comparison, Target, Variant, Write } from "../case.ts";
import { openSession } from "../data/chat.ts";
import type { Size } from "../data/sizes.ts";
import { extras, insertAnswer, questionText } from "./messages.ts";

const waits = { on: "", off: ", not waiting for the disk" };
const crowds = [1, 16] as const;

function label(side: "product" | "baseline", callers: number, commit: "on" | "off"): string {
  return `${side}, ${callers} ${callers === 1 ? "caller" : "callers"}${waits[commit]}`;
}

function variants(size: Size): Variant[] {
  return (["on", "off"] as const).flatMap((commit) =>
    crowds.flatMap((callers) =>
      (["product", "baseline"] as const).map((database): Write => ({
        kind: "write",
        label: label(database, callers, commit),
        side: database,
        database,
        ...(database === "product" ? { setup: extras("off") } : {}),
        as: (call) => ({ role: "authenticated", user: openSession(size, call).user }),
        calls: callers === 1 ? 400 : 1600,
        callers,
        settings: commit === "off" ? { synchronous_commit: "off" } : {},
        transactions: [[insertAnswer(size, questionText)]],
      }))
    )
  );
}

export const insertMessageCase: Case = {
  name: "insert_message",
  measures: "One message inserted by its user through row level security, in a transaction as " +
    "PostgREST sends it; the product keeps order, counters, usage and idempotency with it, the " +
    "baseline does not. Without search, which search_write measures, embeddings and realtime.",
  set: "chat",
  writes: true,
  growth: [label("product", 1, "on"), label("baseline", 1, "on")],
  variants,
  targets: crowds.map((callers): Target => ({
    kind: "faster",
    of: label("product", callers, "on"),
    against: label("baseline", callers, "on"),
    times: 0.75,
    says: `one message, beside the baseline, ${callers} at once: at least 0.75 times as fast`,
  })),
  comparisons: crowds.map((callers): Comparison => ({
    of: label("product", callers, "off"),
    against: label("baseline", callers, "off"),
    says: `one message, beside the baseline, without waiting for the disk, ${callers} at once`,
  })),
};
