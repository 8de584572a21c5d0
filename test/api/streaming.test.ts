import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Api, type Client, good, newSession, openTestApi, problem } from "./support.ts";

let api: Api;
let ada: Client;
let token: string;

before(async () => {
  api = await openTestApi();
  const user = await api.user();
  ada = user.client;
  token = user.token;
});
after(() => api[Symbol.asyncDispose]());

/** Sends a delta on a socket of its own and destroys that after so many milliseconds; the status, if it came before. */
function sendAndDie(body: object, afterMs: number): Promise<number | undefined> {
  return new Promise((done) => {
    const sent = request(`${api.addresses.apiUrl}/rest/v1/rpc/append_message_delta`, {
      method: "POST",
      agent: false,
      headers: {
        apikey: api.addresses.anonKey,
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
      },
    }, (answer) => {
      answer.resume();
      done(answer.statusCode);
    });
    sent.on("error", () => done(undefined));
    sent.end(JSON.stringify(body), () => {
      setTimeout(() => sent.destroy(), afterMs);
    });
  });
}

test("a client that dies at 50 random deltas loses none that was acknowledged", async () => {
  const session = await newSession(ada);
  const id = randomUUID();
  const begin = async () =>
    good(await ada.rpc("begin_message", { p_session_id: session, p_message_id: id }));
  const append = (p_seq: number) =>
    ada.rpc("append_message_delta", { p_message_id: id, p_seq, p_delta: text(p_seq) });
  let tookMs = 0;
  const send = async (seq: number) => {
    const began = performance.now();
    const answer = await append(seq);
    tookMs = performance.now() - began;
    return answer;
  };
  const text = (seq: number) => `${seq} `;
  const upTo = (seq: number) => Array.from({ length: seq }, (_, i) => text(i + 1)).join("");
  const stored = async () =>
    good(await ada.from("conversation_messages").select("content, status").eq("id", id).single());
  assert.equal((await begin()).next_seq, 1);
  assert.equal(good(await send(1)), 2);

  let next = 2;
  let unanswered = 0;
  for (let death = 1; death <= 50; death++) {
    for (let n = Math.floor(Math.random() * 4); n > 0; n--) {
      assert.equal(good(await send(next)), next + 1);
      next += 1;
    }
    const status = await sendAndDie(
      { p_message_id: id, p_seq: next, p_delta: text(next) },
      Math.random() * 2 * tookMs,
    );
    assert.ok(status === 200 || status === undefined, `status ${status}`);
    if (status === 200) next += 1;
    else unanswered += 1;
    const acknowledged = upTo(next - 1);
    let { content, status: state } = await stored();
    for (let tries = 0; state !== "interrupted" && tries < 20; tries++) {
      good(await api.service().rpc("interrupt_stale_messages", { p_idle_seconds: 0 }));
      // What was under way may arrive even now, and let it run again.
      await sleep(5);
      ({ content, status: state } = await stored());
    }
    assert.ok(content === acknowledged || content === acknowledged + text(next), content);
    assert.equal(state, "interrupted");

    const resumed = await begin();
    assert.equal(resumed.inserted, false);
    assert.ok(resumed.next_seq === next || resumed.next_seq === next + 1);
    // Not answered and not there: it may arrive until another has its number.
    let isUnderWay = status === undefined && resumed.next_seq === next;
    next = resumed.next_seq;
    for (const seq of [next - 1, next + 1]) {
      const answer = await send(seq);
      if (isUnderWay && answer.error === null && seq === next + 1) {
        isUnderWay = false;
        next += 2;
        continue;
      }
      const { status: refused, code, details } = problem(answer);
      assert.deepEqual(
        { refused, code, details },
        { refused: 409, code: "PT409", details: "DELTA_OUT_OF_SEQUENCE" },
      );
    }
    let answer = await send(next);
    if (isUnderWay && answer.error !== null) {
      next += 1;
      answer = await send(next);
    }
    assert.equal(good(answer), next + 1);
    next += 1;
    assert.equal((await stored()).status, "streaming");
  }
  assert.ok(unanswered >= 5, `only ${unanswered} requests died before their answer`);
  const finished = good(
    await ada.rpc("finish_message", { p_message_id: id, p_tokens_used: next, p_cost_usd: "0.01" }),
  );
  assert.equal(finished.status, "complete");
  assert.equal(finished.content, upTo(next - 1));
  assert.equal(good(await ada.rpc("get_session_cost", { p_session_id: session })), 0.01);
  const late = problem(await send(next));
  assert.deepEqual([late.status, late.details], [409, "ILLEGAL_TRANSITION"]);
});

test("edits, regenerated answers and branches through supabase-js", async () => {
  const session = await newSession(ada);
  const [question, answer] = good(
    await ada.rpc("append_messages", {
      p_session_id: session,
      p_messages: [
        { role: "user", content: "How?" },
        { role: "assistant", content: "So.", cost_usd: 0.25 },
      ],
    }),
  );
  assert.ok(question && answer);
  const shown = async () =>
    good(await ada.rpc("get_conversation_history", { p_session_id: session })).map(
      ({ content }) => content,
    );

  const again = good(await ada.rpc("regenerate_message", { p_message_id: answer.id }));
  good(
    await ada.rpc("append_message_delta", { p_message_id: again.id, p_seq: 1, p_delta: "Thus." }),
  );
  good(await ada.rpc("finish_message", { p_message_id: again.id, p_cost_usd: 0.5 }));
  assert.deepEqual(await shown(), ["How?", "Thus."]);
  const edited = good(
    await ada.rpc("edit_message", { p_message_id: question.id, p_content: "How exactly?" }),
  );
  assert.equal(edited.inserted, true);
  assert.deepEqual(await shown(), ["How exactly?"]);
  good(await ada.rpc("select_branch", { p_message_id: answer.id }));
  assert.deepEqual(await shown(), ["How?", "So."]);
  const thread = good(await ada.rpc("get_message_thread", { p_message_id: again.id }));
  assert.deepEqual(thread.map(({ content }) => content), ["How?", "Thus."]);
  const versions = good(
    await ada.from("conversation_messages").select("id").eq("parent_message_id", question.id)
      .order("sequence_order"),
  );
  assert.deepEqual(versions.map(({ id }) => id), [answer.id, again.id]);
  assert.equal(good(await ada.rpc("get_session_cost", { p_session_id: session })), 0.75);

  const fork = good(
    await ada.rpc("fork_session", { p_session_id: session, p_idempotency_key: "one" }),
  );
  const same = good(
    await ada.rpc("fork_session", { p_session_id: session, p_idempotency_key: "one" }),
  );
  assert.equal(fork.id, same.id);
  assert.equal(fork.message_count, 2);
  assert.equal(good(await ada.rpc("get_session_cost", { p_session_id: fork.id })), 0);
});

test("pin, archive, trash and back", async () => {
  const session = await newSession(ada);
  const args = { p_session_id: session };
  assert.ok(good(await ada.rpc("pin_session", args)).pinned_at);
  assert.equal(good(await ada.rpc("list_sessions", { p_pinned: true })).length, 1);
  assert.equal(good(await ada.rpc("pin_session", { ...args, p_pinned: false })).pinned_at, null);
  assert.equal(good(await ada.rpc("archive_session", args)).status, "archived");
  assert.equal(good(await ada.rpc("unarchive_session", args)).status, "active");
  assert.equal(good(await ada.rpc("delete_session", args)).status, "deleted");
  assert.equal(problem(await ada.rpc("get_session", args)).details, "SESSION_NOT_FOUND");
  assert.equal(good(await ada.rpc("restore_session", args)).status, "active");
  assert.equal((await ada.rpc("archive_old_sessions", { p_days: 1 })).data, 0);
});

test("a conversation of another system keeps its times, and is imported once", async () => {
  const session = await newSession(ada);
  const p_messages = Array.from({ length: 1000 }, (_, i) => ({
    id: randomUUID(),
    role: i % 2 ? "assistant" as const : "user" as const,
    content: `message ${i}`,
    created_at: new Date(Date.UTC(2024, 0, 1, 0, 0, i)).toISOString(),
    cost_usd: i % 2 ? "0.000001" : null,
  }));
  const send = () => ada.rpc("import_messages", { p_session_id: session, p_messages });
  const first = good(await send());
  assert.ok(first.every(({ inserted }) => inserted));
  assert.deepEqual(
    first.map(({ created_at }) => new Date(created_at).toISOString()),
    p_messages.map(({ created_at }) => created_at),
  );
  assert.ok(good(await send()).every(({ inserted }) => !inserted));
  const row = good(await ada.rpc("get_session", { p_session_id: session }));
  assert.deepEqual([row.message_count, row.total_cost_usd], [1000, 0.0005]);
  assert.equal(new Date(row.last_activity_at).getUTCFullYear(), 2024);
});
