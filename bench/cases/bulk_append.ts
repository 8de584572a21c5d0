import { randomUUID } from "node:crypto";
import type { Case, Variant, Write } from "../case.ts";
import { openSession } from "../data/chat.ts";
import type { Size } from "../data/sizes.ts";
import { answerText, bareTable, extras, insertAnswer } from "./messages.ts";

const batch = 100;
const bulk = `append_messages, ${batch} a call`;
const single = "one insert a message";
const waits = { on: "", off: ", not waiting for the disk" };

const bareInsert = `
  insert into bench.bare_messages (
    id, session_id, brand_id, user_id, role, content, provider, model_used, tokens_used, cost_usd,
    latency_ms, sequence_order
  )
  select gen_random_uuid(), $1, $2, $3, 'assistant', $4, 'openai', 'large', 150, 0.0008, 850,
    $5::int * ${batch} + n
  from generate_series(1, ${batch}) as n`;

function messages(): string {
  return JSON.stringify(Array.from({ length: batch }, () => ({
    id: randomUUID(),
    role: "assistant",
    content: answerText,
    provider: "openai",
    model_used: "large",
    tokens_used: 150,
    cost_usd: 0.0008,
    latency_ms: 850,
  })));
}

function variants(size: Size): Variant[] {
  const as = (call: number) =>
    ({ role: "authenticated", user: openSession(size, call).user }) as const;
  return (["on", "off"] as const).flatMap((commit): Write[] => {
    const settings = commit === "off" ? { synchronous_commit: "off" } : {};
    return [
      {
        kind: "write",
        label: bulk + waits[commit],
        side: "product",
        database: "product",
        as,
        calls: 15,
        per: batch,
        settings,
        setup: extras("off"),
        transactions: [[{
          sql: "select * from public.append_messages($1, $2)",
          values: (call) => [openSession(size, call).session, messages()],
        }]],
      },
      {
        kind: "write",
        label: single + waits[commit],
        side: "product",
        database: "product",
        as,
        calls: 200,
        settings,
        setup: extras("off"),
        transactions: [[insertAnswer(size)]],
      },
      {
        kind: "write",
        label: `floor: multi-row insert${waits[commit]}`,
        side: "floor",
        database: "product",
        as: () => ({ role: "service_role" }),
        calls: 15,
        per: batch,
        settings,
        setup: bareTable,
        transactions: [[{
          sql: bareInsert,
          values: (call) => {
            const { session, brand, user } = openSession(size, call);
            // Nobody else's places in the table, which both ways share.
            const place = (commit === "on" ? 0 : 1_000_000) + call;
            return [session, brand, user, answerText, place];
          },
        }]],
      },
    ];
  });
}

export const bulkAppend: Case = {
  name: "bulk_append",
  measures:
    `Messages written ${batch} at a time beside one at a time, by their user, each call waiting for ` +
    "the disk; time a message.",
  set: "chat",
  writes: true,
  variants,
  targets: [
    {
      kind: "faster",
      of: bulk,
      against: single,
      times: 15,
      says: "100 messages by append_messages, beside one by one: at least 15 times as fast",
    },
  ],
  comparisons: [
    {
      of: bulk + waits.off,
      against: single + waits.off,
      says: "100 messages by append_messages, beside one by one, without waiting for the disk",
    },
    {
      of: bulk,
      against: "floor: multi-row insert",
      says: "100 messages by append_messages, beside a multi-row insert into a bare table",
    },
  ],
};
