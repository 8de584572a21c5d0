import type { Case, Write } from "../case.ts";
import { openSession } from "../data/chat.ts";
import type { Size } from "../data/sizes.ts";
import { answerText, insertAnswer, questionText } from "./messages.ts";

const trigger = "conversation_messages_90_index_added";
const texts = { "180 characters": questionText, "780 characters": answerText };

function variants(size: Size): Write[] {
  return Object.entries(texts).flatMap(([length, text]) =>
    (["enable", "disable"] as const).map((action): Write => ({
      kind: "write",
      label: label(length, action === "enable"),
      side: action === "enable" ? "product" : "floor",
      database: "product",
      as: (call) => ({ role: "authenticated", user: openSession(size, call).user }),
      calls: 400,
      transactions: [[insertAnswer(size, text)]],
      beforeSlice: `alter table public.conversation_messages ${action} trigger ${trigger}`,
    }))
  );
}

function label(length: string, indexed: boolean): string {
  return `${length}, ${indexed ? "searchable at once" : "not indexed"}`;
}

export const searchWrite: Case = {
  name: "search_write",
  measures:
    "One message inserted by its user, with and without the trigger that makes it searchable.",
  set: "chat",
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
  ],
};
