import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join as pathOf } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../../local/paths.ts";
import type { Message, RealtimeEvent } from "../../types/index.ts";
import { Page } from "./page.ts";
import { type Api, type Client, good, newSession, openTestApi } from "./support.ts";

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

interface List {
  rows: Map<string, { title: string | null }>;
  listed(event: RealtimeEvent): Promise<void>;
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
  const { rows, listed } = list as unknown as List;
  const { supabase, userId, sessionId } = list.setting;
  const other = await newSession(supabase);
  for (const event of await sent(`user:${userId}`)) await listed(event);
  assert.equal(rows.get(sessionId)?.title, "Trip to Rome");
  assert.ok(rows.has(other));
  good(await supabase.rpc("delete_session", { p_session_id: other }));
  for (const event of (await sent(`user:${userId}`)).slice(-1)) await listed(event);
  assert.equal(rows.has(other), false, "one in the trash leaves the list");
});

/** Stands in for the server: what is called when the channel was joined. */
async function join(run: Record<string, unknown>, supabase: Client): Promise<() => void> {
  let joined: (status: string) => void = () => undefined;
  const channel = {
    on: () => channel,
    subscribe: (tell: (status: string) => void) => (joined = tell, channel),
  };
  Object.assign(supabase, { channel: () => channel });
  const follow = Object.values(run).filter((one) =>
    typeof one === "function" && one.name.startsWith("follow")
  );
  assert.equal(follow.length, 1);
  await (follow[0] as () => Promise<unknown>)();
  return () => joined("SUBSCRIBED");
}

async function until(is: () => boolean, what: string): Promise<void> {
  for (let left = 100; !is(); left--) {
    assert.ok(left > 0, what);
    await sleep(30);
  }
}

test("who joins, and joins again, has what is there", async () => {
  const conversation = await page.run("One open conversation");
  const { shown } = conversation as unknown as Conversation;
  const { supabase, sessionId, messageId } = conversation.setting;
  let joined = await join(conversation, supabase);
  joined();
  await until(() => shown.size === 4, "the messages are fetched");
  good(await supabase.from("conversation_messages").delete().eq("id", messageId).select("id"));
  joined();
  await until(() => shown.size === 3, "one that was deleted meanwhile is gone");
  const [first = ""] = shown.keys();
  good(
    await supabase.rpc("append_messages", {
      p_session_id: sessionId,
      p_messages: Array.from({ length: 200 }, () => ({ role: "user", content: "a" })),
    }),
  );
  good(await supabase.from("conversation_messages").delete().eq("id", first).select("id"));
  joined();
  await until(
    () => shown.size >= 200 && !shown.has(first),
    "nor is one left that is older than what is fetched",
  );

  const list = await page.run("A list of sessions");
  const { rows, listed } = list as unknown as List;
  joined = await join(list, supabase);
  joined();
  await until(() => rows.has(sessionId), "the list is fetched");
  good(await supabase.rpc("delete_session", { p_session_id: sessionId }));
  joined();
  await until(() => !rows.has(sessionId), "a session that went meanwhile is gone");
  // One that is older than those which were fetched.
  const used = list.setting.sessionId;
  rows.delete(used);
  const payload = { id: "1", session_ids: [used], session_count: 1, last_message_at: "2026-01-01" };
  await listed({ type: "broadcast", event: "session.active", payload });
  assert.ok(rows.has(used), "a session that is used comes into the list");
});

test("an answer that comes late does not undo a newer one", async () => {
  const conversation = await page.run("One open conversation");
  const { shown, changed } = conversation as unknown as Conversation;
  const { supabase, sessionId } = conversation.setting;
  const begun = good(await supabase.rpc("begin_message", { p_session_id: sessionId }));
  const rest = Reflect.get(supabase, "rest") as { fetch: typeof fetch };
  const real = rest.fetch;
  let late = 300;
  let asked = () => {};
  const first = new Promise<void>((done) => asked = done);
  rest.fetch = async (...request) => {
    const wait = late;
    late = 0;
    const answer = await real(...request);
    asked();
    await sleep(wait);
    return answer;
  };
  const of = async (event: RealtimeEvent["event"]) =>
    (await sent(`session:${sessionId}`)).filter((one) => one.event === event).slice(-1);
  const handled = (await of("message.inserted")).map(changed);
  assert.equal(handled.length, 1);
  await first;
  rest.fetch = real;
  good(await supabase.rpc("finish_message", { p_message_id: begun.id }));
  handled.push(...(await of("message.updated")).map(changed));
  await Promise.all(handled);
  assert.equal(shown.get(begun.id)?.status, "complete");
});

test("docs, types and the database name the same events with the same keys", async () => {
  const text = (file: string) => readFile(pathOf(root, file), "utf8");
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
