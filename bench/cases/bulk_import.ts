import { randomUUID } from "node:crypto";
import type { Case, Variant, Write } from "../case.ts";
import { openSession } from "../data/chat.ts";
import type { Size } from "../data/sizes.ts";
import { answerText, extras } from "./messages.ts";

const batch = 1000;
const bulk = "import_messages, 1,000 a call";
const single = "import_messages, one a call";
const firstAt = Date.UTC(2024, 0, 1);

function messages(call: number, count: number): string {
  return JSON.stringify(Array.from({ length: count }, (_, i) => ({
    id: randomUUID(),
    role: "assistant",
    content: answerText,
    provider: "openai",
    model_used: "large",
    tokens_used: 150,
    cost_usd: 0.0008,
    created_at: new Date(firstAt + (call * count + i) * 1000).toISOString(),
  })));
}

function variants(size: Size): Variant[] {
  const importing = (label: string, count: number, calls: number): Write => ({
    kind: "write",
    label,
    side: "product",
    database: "product",
    as: (call) => ({ role: "authenticated", user: openSession(size, call).user }),
    calls,
    per: count,
    setup: extras("off"),
    transactions: [[{
      sql: "select * from public.import_messages($1, $2)",
      values: (call) => [openSession(size, call).session, messages(call, count)],
    }]],
  });
  return [importing(bulk, batch, 5), importing(single, 1, 100)];
}

export const bulkImport: Case = {
  name: "bulk_import",
  measures:
    `Messages of another system imported with their times, ${batch.toLocaleString("en")} a call ` +
    "beside one a call, by their user; time a message, the writes waiting for the disk.",
  set: "chat",
  writes: true,
  variants,
  targets: [
    {
      kind: "faster",
      of: bulk,
      against: single,
      times: 15,
      says: "1,000 messages by import_messages, beside one by one: at least 15 times as fast",
    },
  ],
};
