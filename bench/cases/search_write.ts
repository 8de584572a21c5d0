import type { Case, Write } from "../case.ts";
import { openSession } from "../data/chat.ts";
import { type Size, sizes } from "../data/sizes.ts";
import {
  answerText,
  extras,
  insertAnswer,
  logTurn,
  questionText,
  searchIndex,
} from "./messages.ts";

const texts = { "180 characters": questionText, "780 characters": answerText };
const turn = "a turn";

function variants(size: Size): Write[] {
  const statements = {
    ...Object.fromEntries(
      Object.entries(texts).map(([length, text]) => [length, insertAnswer(size, text)]),
    ),
    [turn]: logTurn(size),
  };
  return Object.entries(statements).flatMap(([what, statement]) =>
    (["on", "off"] as const).map((state): Write => ({
      kind: "write",
      label: label(what, state === "on"),
      side: state === "on" ? "product" : "floor",
      database: "product",
      as: (call) => ({ role: "authenticated", user: openSession(size, call).user }),
      calls: 400,
      transactions: [[statement]],
      setup: extras("off"),
      beforeSlice: searchIndex(state),
    }))
  );
}

function label(what: string, indexed: boolean): string {
  return `${what}, ${indexed ? "searchable at once" : "not indexed"}`;
}

export const searchWrite: Case = {
  name: "search_write",
  measures:
    "A message or a turn written by its user, with and without the trigger that makes them searchable; nobody is told.",
  set: "chat",
  sizes: sizes.map(({ name }) => name),
  writes: true,
  variants,
  targets: [
    {
      kind: "within",
      of: label("180 characters", true),
      against: label("180 characters", false),
      times: 1.25,
      says: "one message that can be searched, beside one that cannot: at most 1.25 times as long",
    },
  ],
  comparisons: [
    {
      of: label("780 characters", true),
      against: label("780 characters", false),
      says: "one long message that can be searched, beside one that cannot",
    },
    {
      of: label(turn, true),
      against: label(turn, false),
      says: "log_turn with both messages searchable, beside without",
    },
  ],
};
