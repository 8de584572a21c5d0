import assert from "node:assert/strict";
import {
  budgetCount,
  counters,
  places,
  strayRuns,
  usageDaily,
  usageTotals,
} from "../server/recount.ts";
import type { Values } from "../server/support.ts";
import type { Book, Call, Message, Select } from "./load.ts";

/** Fails unless counters, ledger, budgets and sequence numbers are what the rows say, and the doctor agrees. */
export async function assertExact(select: Select): Promise<void> {
  for (
    const [what, sql] of Object.entries({ counters, places, strayRuns, usageDaily, usageTotals })
  ) {
    assert.deepEqual(await select(sql), [], what);
  }
  for (const { id } of await select("select id from public.budgets")) {
    const [counted] = await select(budgetCount, [id]);
    const [said] = await select(
      `select (s.spent_usd, s.held_usd) = ($2::numeric, $3::numeric) as exact, s.*
       from public.budgets as b cross join lateral private.budget_state_of(b) as s where b.id = $1`,
      [id, counted?.["spent"], counted?.["held"]],
    );
    assert.ok(said?.["exact"], `budgets: ${JSON.stringify([said, counted])}`);
  }
  const ill = await select(
    `select "check", detail from public.store_doctor(true) where not ok`,
  );
  assert.deepEqual(ill, [], "store_doctor");
}

/** Sessions that only grew: their numbers are 1, 2, 3 and so on, and the last one is the session's. */
export async function assertGapFree(select: Select, sessions: readonly string[]): Promise<void> {
  const rows = await select(
    `select s.id, s.last_sequence, count(m.id) as messages, min(m.sequence_order) as first,
       max(m.sequence_order) as last, count(distinct m.sequence_order) as numbers
     from public.conversation_sessions as s
     left join public.conversation_messages as m on m.session_id = s.id
     where s.id = any ($1::uuid[])
     group by s.id
     having (count(m.id), count(distinct m.sequence_order), coalesce(max(m.sequence_order), 0))
       is distinct from (s.last_sequence, s.last_sequence, s.last_sequence)`,
    [sessions],
  );
  assert.deepEqual(rows, [], "sequence numbers");
}

async function stored(
  select: Select,
  condition: string,
  values: Values,
): Promise<Map<string, Message>> {
  const rows = await select(
    `select m.id, m.session_id as session, m.content, m.status::text as status,
       m.edited_at is not null as "isEdited",
       (select count(*)::int from public.tool_executions as t where t.message_id = m.id) as runs
     from public.conversation_messages as m where ${condition}`,
    values,
  );
  // The columns are those of a Message.
  return new Map((rows as unknown as Message[]).map((row) => [row.id, row]));
}

async function holdsOf(select: Select, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await select(
    `select id, status::text as status from public.budget_reservations where id = any ($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map(({ id, status }) => [String(id), String(status)]));
}

/** Whether a call that nobody answered was stored, and fails if it was by half. */
export async function isStored(select: Select, book: Book, call: Call): Promise<boolean> {
  const { adds = [], removes = [], grows, ends, edits, hold } = call;
  const ids = [...adds.map(({ id }) => id), ...removes];
  for (const id of [grows?.id, ends, edits]) if (id !== undefined) ids.push(id);
  const found = await stored(select, "m.id = any ($1::uuid[])", [ids]);
  const signs = [
    ...adds.map(({ id, runs }) => {
      const row = found.get(id);
      assert.equal(row?.runs ?? runs, runs, `${call.what}: a message without its tool executions`);
      return row !== undefined;
    }),
    ...removes.map((id) => !found.has(id)),
  ];
  const before = (id: string) => book.messages.get(id);
  if (grows) {
    const content = found.get(grows.id)?.content;
    const old = before(grows.id)?.content ?? "";
    assert.ok(content === old || content === old + grows.text, `${call.what}: half a delta`);
    signs.push(content !== old);
  }
  if (ends !== undefined) signs.push(found.get(ends)?.status === "complete");
  if (edits !== undefined && !before(edits)?.isEdited) {
    signs.push(found.get(edits)?.isEdited === true);
  }
  if (hold) signs.push((await holdsOf(select, [hold.id])).get(hold.id) === hold.becomes);
  assert.equal(
    new Set(signs).size <= 1,
    true,
    `${call.what}: stored by half (${signs.join(", ")})`,
  );
  return signs[0] ?? false;
}

/** Fails unless the sessions hold what the book says, each message once, and nothing else. */
export async function assertBook(
  select: Select,
  book: Book,
  sessions: readonly string[],
): Promise<void> {
  const { missing, unknown, changed } = await compare(select, book, sessions);
  assert.deepEqual({ missing, unknown, changed }, { missing: [], unknown: [], changed: [] });
  const holds = await holdsOf(select, [...book.holds.keys()]);
  assert.deepEqual(Object.fromEntries(holds), Object.fromEntries(book.holds), "holds");
}

export async function compare(select: Select, book: Book, sessions: readonly string[]) {
  const found = await stored(select, "m.session_id = any ($1::uuid[])", [sessions]);
  const missing = [...book.messages.keys()].filter((id) => !found.has(id));
  const unknown = [...found.keys()].filter((id) => !book.messages.has(id));
  const changed = [...found.values()].filter((row) => {
    const kept = book.messages.get(row.id);
    return kept && Object.entries(kept).some(([key, value]) => value !== Reflect.get(row, key));
  });
  return { missing, unknown, changed: changed.map(({ id }) => id) };
}
