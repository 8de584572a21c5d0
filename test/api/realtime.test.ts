import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../../local/paths.ts";
import type { Message, RealtimeEvent } from "../../types/index.ts";
import { Page } from "./page.ts";
import { type Api, good, newSession, openTestApi } from "./support.ts";

let api: Api;
let page: Page;

before(async () => {
  api = await openTestApi();
  page = new Page("realtime.md", api, (await api.user()).client);
});
after(async () => {
  page?.[Symbol.dispose]();
  await api?.[Symbol.asyncDispose]();
});

test("every block compiles", { timeout: 90_000 }, () => page.assertCompiles());

/** What was sent to a topic, as a listener is given it. */
async function sent(topic: string): Promise<RealtimeEvent[]> {
  assert.match(topic, /^[a-z0-9:-]+$/);
  const rows = await api.select(
    `select 'broadcast' as type, event, payload from realtime.messages
     where topic = '${topic}' and private order by inserted_at, event`,
  );
  // What the rows hold is compared in the tests below.
  return rows as unknown as RealtimeEvent[];
}

/** The block's own variables. */
interface Conversation {
  shown: Map<string, Message>;
  changed(event: RealtimeEvent): Promise<void>;
}

test("events lead to the rows, under row level security", async () => {
  const conversation = await page.run("One open conversation");
  // A block gives what it declares.
  const { shown, changed } = conversation as unknown as Conversation;
  const { supabase, sessionId } = conversation.setting;
  const topic = `session:${sessionId}`;
  const begun = good(
    await supabase.rpc("begin_message", {
      p_session_id: sessionId,
      p_message_id: randomUUID(),
    }),
  );
  good(
    await supabase.rpc("append_message_delta", {
      p_message_id: begun.id,
      p_seq: 1,
      p_delta: "Warm",
    }),
  );
  for (const event of await sent(topic)) await changed(event);
  assert.deepEqual(
    [...shown.values()].map(({ content }) => content).sort(),
    ["", "21", "21 degrees.", "How warm is it in Rome?", "Warm"],
  );
  good(await supabase.rpc("finish_message", { p_message_id: begun.id }));
  good(await supabase.from("conversation_messages").delete().eq("id", begun.id).select("id"));
  const events = await sent(topic);
  assert.deepEqual(
    events.map(({ event }) => event).filter((event) => event !== "message.progress").sort(),
    [
      "branch.selected",
      "message.deleted",
      "message.inserted",
      "message.inserted",
      "message.updated",
      "session.updated",
    ],
  );
  for (const event of events) if (event.event === "message.deleted") await changed(event);
  assert.equal(shown.size, 4);
});

test("a list of sessions follows the user's topic", async () => {
  const list = await page.run("A list of sessions");
  const { rows, listed } = list as unknown as {
    rows: Map<string, { title: string | null }>;
    listed(event: RealtimeEvent): Promise<void>;
  };
  const { supabase, userId, sessionId } = list.setting;
  const other = await newSession(supabase);
  for (const event of await sent(`user:${userId}`)) await listed(event);
  assert.equal(rows.get(sessionId)?.title, "Trip to Rome");
  assert.ok(rows.has(other));
  good(await supabase.rpc("delete_session", { p_session_id: other }));
  for (const event of (await sent(`user:${userId}`)).slice(-1)) await listed(event);
  assert.equal(rows.has(other), false, "one in the trash leaves the list");
});

test("docs, types and the database name the same events with the same keys", async () => {
  const text = (file: string) => readFile(join(root, file), "utf8");
  const sorted = (lines: string[]) => lines.toSorted();
  const words = (list: string) => [...list.matchAll(/\w+/g)].map(([word]) => word).sort().join(" ");
  const docs = [...(await text("docs/realtime.md")).matchAll(/^\| `(\w+\.\w+)` .*\| ([^|]*) \|$/gm)]
    .map(([, event, keys = ""]) => `${event}: ${words(keys)}`);
  const types = [
    ...(await text("test/types/realtime.test-d.ts")).matchAll(
      /Keys<"(\w+\.\w+)">,\s*((?:\|?\s*"\w+"\s*)+)/g,
    ),
  ].map(([, event, keys = ""]) => `${event}: ${words(keys)}`);
  const pgtap = [
    ...(await text("supabase/tests/realtime/events_hold_no_content.test.sql")).matchAll(
      /'(\w+\.\w+)',\s*array\[([^\]]*)\]/g,
    ),
  ].map(([, event, keys = ""]) => `${event}: ${words(keys)}`);
  assert.equal(docs.length, 13);
  assert.deepEqual(sorted(docs), sorted(pgtap));
  assert.deepEqual(sorted(types), sorted(pgtap));
});
