import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { PostgrestError } from "@supabase/supabase-js";
import { root } from "../../local/paths.ts";
import { type Api, type Client, good, newSession, openTestApi } from "./support.ts";

interface Answer {
  status: number;
  statusText: string;
  data: unknown;
  error: PostgrestError | null;
}

let api: Api;
let user: Client;
let session: string;
/** What the registry says of each code. */
const registry = new Map<string, { sqlstate: string; message: string; hint: string }>();
const covered = new Set<string>();

before(async () => {
  api = await openTestApi();
  for (const row of await api.select("select * from private.error_codes()")) {
    const { code, sqlstate, message, hint } = row;
    registry.set(String(code), {
      sqlstate: String(sqlstate),
      message: String(message),
      hint: String(hint),
    });
  }
  user = (await api.user()).client;
  session = await newSession(user);
});
after(() => api[Symbol.asyncDispose]());

function assertError(answer: Answer, code: string): void {
  const entry = registry.get(code);
  assert.ok(entry, `${code} is not registered`);
  const { error, ...rest } = answer;
  assert.deepEqual(
    [rest.status, error?.code, error?.details, error?.message],
    [Number(entry.sqlstate.slice(2)), entry.sqlstate, code, entry.message],
  );
  // PostgREST writes the message into the status line: it has to be the constant one.
  assert.equal(rest.statusText, entry.message);
  assert.match(error?.hint ?? "", /^[ -~]{10,}$/);
  covered.add(code);
}

const nowhere = "00000000-0000-4000-8000-00000000dead";

// Per code the calls that raise it, so that scalar, single-row and set-returning RPCs and plain statements all appear.
const cases: Record<string, Record<string, () => PromiseLike<Answer>>> = {
  INVALID_ARGUMENT: {
    "a limit of 0": () =>
      user.rpc("get_conversation_history", { p_session_id: session, p_limit: 0 }),
    "a limit of 201": () => user.rpc("list_sessions", { p_limit: 201 }),
    "a malformed cursor": () => user.rpc("list_sessions", { p_cursor: "%%%" }),
    "a cursor of other bytes": () => user.rpc("list_sessions", { p_cursor: "AAAA" }),
    "a cursor beyond the times": () =>
      user.rpc("list_sessions", { p_cursor: `7${"f".repeat(47)}` }),
    "a turn without an answer": () =>
      user.rpc("log_turn", {
        p_session_id: session,
        p_turn_id: randomUUID(),
        p_user_message: "x",
      }),
    "a hold below 0": () => user.rpc("reserve_budget", { p_session_id: session, p_amount_usd: -1 }),
    "usage of nothing": () => api.service().rpc("record_usage", { p_usage_id: randomUUID() }),
    "a window that ends before it begins": () =>
      api.service().rpc("reprice_messages", { p_from: "2026-01-02", p_to: "2026-01-01" }),
    "no message": () => user.rpc("append_messages", { p_session_id: session, p_messages: [] }),
    "a message without a role": () => append([{ content: "x" }]),
    "an unknown key": () => append([{ role: "user", content: "x", status: "failed" }]),
    "a value of another type": () => append([{ role: "bot", content: "x" }]),
    "an element that is no object": () => append(["x"]),
    "a key of 201 bytes": () =>
      user.rpc("create_conversation_session", { p_idempotency_key: "k".repeat(201) }),
    "a plain insert with another parent": async () => {
      const [first] = good(
        await append([{ role: "user", content: "1" }, { role: "user", content: "2" }]),
      );
      return await user.from("conversation_messages").insert({
        session_id: session,
        role: "user",
        content: "x",
        parent_message_id: first?.id ?? null,
      });
    },
  },
  UNAUTHENTICATED: {
    "a server without a user lists": () => api.service().rpc("list_sessions", {}),
    "a server without a user counts": () => api.service().rpc("count_sessions", {}),
  },
  FORBIDDEN: {
    "a session in a foreign brand": () =>
      user.rpc("create_conversation_session", {
        p_brand_id: "b0000000-0000-4000-8000-000000000001",
      }),
    "an anonymous user as a member": async () => {
      const { id } = await api.anonymous();
      return await api.service().from("brand_members")
        .insert({ brand_id: "b0000000-0000-4000-8000-000000000001", user_id: id });
    },
  },
  SESSION_NOT_FOUND: {
    "scalar": () => user.rpc("get_session_cost", { p_session_id: nowhere }),
    "single row": () => user.rpc("get_session", { p_session_id: nowhere }),
    "set-returning": () => user.rpc("get_conversation_history", { p_session_id: nowhere }),
    "set-returning, as one object": () =>
      user.rpc("get_latest_message", { p_session_id: nowhere }).maybeSingle(),
    "statistics": () => user.rpc("get_session_message_stats", { p_session_id: nowhere }),
    "numbers": () => user.rpc("get_session_stats", { p_session_id: nowhere }),
    "a turn": () =>
      user.rpc("log_turn", {
        p_session_id: nowhere,
        p_turn_id: randomUUID(),
        p_user_message: "x",
        p_assistant_message: "y",
      }),
    "a hold": () => user.rpc("reserve_budget", { p_session_id: nowhere, p_amount_usd: 1 }),
    "a write": () => append([{ role: "user", content: "x" }], nowhere),
    "a plain insert": () =>
      user.from("conversation_messages").insert({
        session_id: nowhere,
        role: "user",
        content: "x",
      }),
    "a move": () => user.rpc("complete_conversation_session", { p_session_id: nowhere }),
  },
  BRAND_NOT_FOUND: {
    "its usage": () =>
      user.rpc("get_brand_usage", {
        p_brand_id: nowhere,
        p_from: "2026-01-01",
        p_to: "2026-01-02",
      }),
    "its budgets": () => user.rpc("get_budget_status", { p_brand_id: nowhere }),
  },
  USER_NOT_FOUND: {
    "a legal hold": () =>
      api.service().rpc("set_legal_hold", { p_user_id: nowhere, p_reason: "a lawsuit" }),
    "an import": () =>
      api.service().rpc("import_user_data", { p_user_id: nowhere, p_lines: ["{}"] }),
  },
  HOLD_NOT_FOUND: {
    "releasing": () =>
      api.service().rpc("release_legal_hold", { p_hold_id: nowhere, p_reason: "it is over" }),
  },
  LEGAL_HOLD: {
    "deleting a session for good": () =>
      held((id) => user.from("conversation_sessions").delete().eq("id", id)),
    "deleting its messages": () =>
      held((id) => user.from("conversation_messages").delete().eq("session_id", id)),
    "wiping it": () => held((id) => user.rpc("wipe_session_content", { p_session_id: id })),
  },
  RESERVATION_NOT_FOUND: {
    "settling": () => user.rpc("settle_budget", { p_reservation_id: nowhere }),
    "releasing": () => user.rpc("release_budget", { p_reservation_id: nowhere }),
  },
  RESERVATION_CLOSED: {
    "settling what was released": async () => {
      const p_reservation_id = await hold();
      good(await user.rpc("release_budget", { p_reservation_id }));
      return await user.rpc("settle_budget", { p_reservation_id });
    },
    "releasing what was settled": async () => {
      const p_reservation_id = await hold();
      good(await user.rpc("settle_budget", { p_reservation_id }));
      return await user.rpc("release_budget", { p_reservation_id });
    },
  },
  BUDGET_EXCEEDED: {
    "a hold above the hard limit": async () => {
      const { client, id } = await api.user();
      const { error } = await api.service().from("budgets")
        .insert({ user_id: id, period: "day", hard_limit_usd: 1 });
      assert.equal(error, null);
      return await client.rpc("reserve_budget", {
        p_session_id: await newSession(client),
        p_amount_usd: "1.000000000000000001",
      });
    },
  },
  MESSAGE_NOT_FOUND: {
    "an unknown parent": () => append([{ role: "user", content: "x", parent: nowhere }]),
  },
  ILLEGAL_TRANSITION: {
    "by RPC": () => user.rpc("set_session_state", { p_session_id: session, p_state: "reviewing" }),
    "by a plain update": () =>
      user.from("conversation_sessions").update({ state: "reviewing" }).eq("id", session),
    "by a plain insert": () => user.from("conversation_sessions").insert({ state: "executing" }),
    "reopening an open session": () =>
      user.rpc("reopen_conversation_session", { p_session_id: session }),
  },
  SESSION_CLOSED: {
    "by RPC": async () => append([{ role: "user", content: "x" }], await closedSession()),
    "by a plain insert": async () =>
      await user.from("conversation_messages").insert({
        session_id: await closedSession(),
        role: "user",
        content: "x",
      }),
  },
  IDEMPOTENCY_MISMATCH: {
    "by RPC": async () => {
      const id = randomUUID();
      good(await append([{ id, role: "user", content: "one" }]));
      return await append([{ id, role: "user", content: "two" }]);
    },
    "by a plain insert": async () => {
      const id = randomUUID();
      const row = { id, session_id: session, role: "user" as const, content: "one" };
      assert.equal((await user.from("conversation_messages").insert(row)).error, null);
      return await user.from("conversation_messages").insert({ ...row, content: "two" });
    },
    "the same id in another session": async () => {
      const id = randomUUID();
      good(await append([{ id, role: "user", content: "one" }]));
      return await append([{ id, role: "user", content: "one" }], await newSession(user));
    },
    "a turn": async () => {
      const turn = { p_session_id: session, p_turn_id: randomUUID(), p_user_message: "one" };
      good(await user.rpc("log_turn", { ...turn, p_assistant_message: "two" }));
      return await user.rpc("log_turn", { ...turn, p_assistant_message: "three" });
    },
    "recorded usage": async () => {
      const p_usage_id = randomUUID();
      good(await api.service().rpc("record_usage", { p_usage_id, p_cost_usd: 1 }));
      return await api.service().rpc("record_usage", { p_usage_id, p_cost_usd: 2 });
    },
    "a hold of another amount": async () => {
      const p_reservation_id = await hold();
      return await user.rpc("reserve_budget", {
        p_session_id: session,
        p_amount_usd: 2,
        p_reservation_id,
      });
    },
    "another title under one key": async () => {
      const p_idempotency_key = randomUUID();
      good(await user.rpc("create_conversation_session", { p_title: "a", p_idempotency_key }));
      return await user.rpc("create_conversation_session", { p_title: "b", p_idempotency_key });
    },
  },
  SESSION_EXISTS: {
    "a token that was started with another secret": async () => {
      const p_session_token = randomUUID();
      const start = (secret: string) =>
        api.service().rpc("start_visitor_session", {
          p_session_token,
          p_session_secret: secret.repeat(43),
        });
      good(await start("a"));
      return await start("b");
    },
  },
  RATE_LIMITED: {
    "the second of one call a minute": async () => {
      const { client } = await api.user();
      const p_session_id = await newSession(client);
      const call = () => client.rpc("get_chat_stats", { p_session_id, p_rate_limit: 1 });
      const first = await call();
      const second = await call();
      // A minute may end between the two.
      return second.error || first.error ? second : await call();
    },
  },
  STREAM_RUNNING: {
    "a second one on a branch": async () => {
      const p_session_id = await newSession(user);
      good(await user.rpc("begin_message", { p_session_id }));
      return await user.rpc("begin_message", { p_session_id });
    },
  },
  DELTA_OUT_OF_SEQUENCE: {
    "the second one first": async () => {
      const p_session_id = await newSession(user);
      const { id } = good(await user.rpc("begin_message", { p_session_id }));
      return await user.rpc("append_message_delta", { p_message_id: id, p_seq: 2, p_delta: "x" });
    },
  },
  FILE_IN_DELETION: {
    "a file that a worker deletes at this moment": async () => {
      const file = {
        session_id: await newSession(user),
        name: "a.txt",
        size_bytes: 1,
        mime_type: "text/plain",
        sha256: randomUUID().replaceAll("-", "").padEnd(64, "0"),
      };
      const { id } = good(await user.from("attachments").insert(file).select().single());
      good(await user.from("attachments").delete().eq("id", id).select());
      // As take_storage_deletions does it, for this one alone: other tests have theirs in the queue.
      await api.select(
        `update private.storage_deletions set leased_until = now() + interval '5 minutes'
         where path like '%/${file.sha256}'`,
      );
      return await user.from("attachments").insert(file);
    },
  },
  LAST_OWNER: {
    "leaving": async () => {
      const { client, id, brand } = await ownBrand();
      return await client.from("brand_members").delete().eq("brand_id", brand).eq("user_id", id);
    },
    "stepping down": async () => {
      const { client, id, brand } = await ownBrand();
      return await client.from("brand_members").update({ role: "member" })
        .eq("brand_id", brand).eq("user_id", id);
    },
  },
  TOO_LARGE: {
    "a message over 1 MiB by RPC": () => append([{ role: "user", content: "x".repeat(1_048_577) }]),
    "a message over 1 MiB by a plain insert": () =>
      user.from("conversation_messages").insert({
        session_id: session,
        role: "user",
        content: "x".repeat(1_048_577),
      }),
    "1001 messages": () =>
      append(Array.from({ length: 1001 }, () => ({ role: "user", content: "" }))),
    "a title of 201 characters": () =>
      user.rpc("rename_session", { p_session_id: session, p_title: "é".repeat(201) }),
    "JSON over 256 KiB": () =>
      user.from("conversation_sessions")
        .update({
          metadata: { long: Array.from({ length: 30_000 }, (_, k) => `${k}-${Math.sin(k)}`) },
        })
        .eq("id", session),
  },
};

/** As a client without our types could send it. */
function append(messages: unknown[], id = session) {
  return user.rpc("append_messages", { p_session_id: id, p_messages: messages as never });
}

/** What a call meets while a legal hold keeps a session in which something was said. */
async function held(call: (session: string) => PromiseLike<Answer>): Promise<Answer> {
  const p_session_id = await newSession(user);
  good(await append([{ role: "user", content: "x" }], p_session_id));
  const service = api.service();
  const p_reason = "a lawsuit";
  const { id } = good(await service.rpc("set_legal_hold", { p_session_id, p_reason }));
  try {
    return await call(p_session_id);
  } finally {
    good(await service.rpc("release_legal_hold", { p_hold_id: id, p_reason }));
  }
}

/** A hold of 1 US dollar for the session. */
async function hold(): Promise<string> {
  return good(await user.rpc("reserve_budget", { p_session_id: session, p_amount_usd: 1 })).id;
}

async function closedSession(): Promise<string> {
  const id = await newSession(user);
  good(await user.rpc("complete_conversation_session", { p_session_id: id }));
  return id;
}

async function ownBrand() {
  const owner = await api.user();
  const slug = `b-${randomUUID()}`;
  const { id: brand } = good(
    await owner.client.from("brands").insert({ slug, name: "Mine" }).select("id").single(),
  );
  return { ...owner, brand };
}

for (const [code, calls] of Object.entries(cases)) {
  for (const [name, call] of Object.entries(calls)) {
    test(`${code}: ${name}`, async () => assertError(await call(), code));
  }
}

test("LEGAL_HOLD is answered, not raised, where it leaves an audit row", async () => {
  const service = api.service();
  const refusals = async () => {
    const { count, error } = await service.from("audit_log")
      .select("*", { count: "exact", head: true }).eq("action", "erasure_refused");
    assert.equal(error, null);
    return count ?? 0;
  };
  const { client, id } = await api.user();
  const p_reason = "a lawsuit";
  const hold = good(await service.rpc("set_legal_hold", { p_user_id: id, p_reason }));
  const before = await refusals();
  const { status, error } = await client.rpc("erase_user_data", {});
  const { sqlstate, message, hint } = registry.get("LEGAL_HOLD") ?? {};
  assert.deepEqual([status, error?.code, error?.details], [409, sqlstate, "LEGAL_HOLD"]);
  assert.deepEqual([error?.message, error?.hint], [message, hint]);
  assert.ok(await refusals() > before);
  good(await service.rpc("release_legal_hold", { p_hold_id: hold.id, p_reason }));
});

// Before our code, or below it: details is text for people there, or nothing.
const raw: [code: string, status: number, name: string, call: () => PromiseLike<Answer>][] = [
  [
    "22P02",
    400,
    "an id that is none",
    () => user.rpc("get_session_cost", { p_session_id: "x" }),
  ],
  [
    "22P02",
    400,
    "a role that is none",
    () => user.rpc("search_messages", { p_query: "x", p_role: "bot" as never }),
  ],
  [
    "22007",
    400,
    "a time that is none",
    () => user.rpc("search_messages", { p_query: "x", p_from: "soon" }),
  ],
  ["22P05", 400, "U+0000", () => user.rpc("search_messages", { p_query: "a\u0000b" })],
  ["PGRST102", 400, "half an emoji", () => user.rpc("search_messages", { p_query: "\ud83d" })],
  ["PGRST202", 404, "an unknown function", () => user.rpc("log_turns" as never, {} as never)],
  [
    "PGRST202",
    404,
    "an unknown argument",
    () => user.rpc("list_sessions", { limit: 1 } as never),
  ],
  ["23514", 400, "tokens below 0", () => append([{ role: "user", content: "x", tokens_used: -1 }])],
  ["23503", 409, "a session of a user who was erased", async () => {
    const { client, id } = await api.user();
    await api.select(`delete from auth.users where id = '${id}' returning id`);
    return await client.rpc("create_conversation_session", {});
  }],
];
for (const [code, status, name, call] of raw) {
  test(`${code} as it is: ${name}`, async () => {
    const answer = await call();
    assert.deepEqual([answer.error?.code, answer.status], [code, status]);
    assert.ok(!registry.has(answer.error?.details ?? ""));
    const page = readFileSync(join(root, "docs/errors.md"), "utf8");
    assert.ok(page.includes(`\`${code}\``), `docs/errors.md lacks ${code}`);
  });
}

test("every registered code was produced above", () => {
  assert.deepEqual([...covered].sort(), [...registry.keys()].sort());
});

test("nothing of a refused call is written", async () => {
  const own = await newSession(user);
  const refused = await append(
    [{ role: "user", content: "one" }, { role: "user", content: "x".repeat(1_048_577) }],
    own,
  );
  assert.equal(refused.status, 413);
  assert.equal(good(await user.rpc("get_session", { p_session_id: own })).message_count, 0);
});

test("at the limit a message is taken: 1 MiB, counted in bytes", async () => {
  const content = "é".repeat(524_288);
  const [stored] = good(await append([{ role: "user", content }], await newSession(user)));
  assert.equal(stored?.content.length, 524_288);
});

test("CR and LF in what a caller sends reach no header and no status line", async () => {
  const { token } = await api.user();
  const evil = "x\r\nX-Injected: yes\r\n\r\n<html>";
  const answers = await Promise.all([
    api.send("/rpc/list_sessions", token, {
      method: "POST",
      body: JSON.stringify({ p_cursor: evil }),
    }),
    api.send("/rpc/append_messages", token, {
      method: "POST",
      body: JSON.stringify({ p_session_id: nowhere, p_messages: [{ role: evil, content: evil }] }),
    }),
    api.send("/rpc/set_session_state", token, {
      method: "POST",
      body: JSON.stringify({ p_session_id: nowhere, p_state: evil }),
    }),
    api.send("/rpc/create_conversation_session", token, {
      method: "POST",
      body: JSON.stringify({ p_brand_id: nowhere, p_title: evil }),
    }),
    api.send("/conversation_messages", token, {
      method: "POST",
      body: JSON.stringify({ session_id: nowhere, role: "user", content: evil }),
    }),
  ]);
  for (const answer of answers) {
    assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status}`);
    assert.equal(answer.headers.get("x-injected"), null);
    assert.match(answer.statusText, /^[ -~]*$/);
    assert.match(answer.headers.get("content-type") ?? "", /^application\/json/);
    await answer.json();
  }
});

// PostgREST refuses both before our code sees them, by a code of its own or Postgres's.
const unstorable: [name: string, json: string][] = [
  ["U+0000", "\\u0000"],
  ["a lone high surrogate", "\\ud800"],
  ["a lone low surrogate", "\\udc00"],
];
for (const [name, text] of unstorable) {
  test(`${name} is refused with 4xx on every way in, and nothing is written`, async () => {
    const { client, token } = await api.user();
    const id = await newSession(client);
    const bodies: [path: string, body: string][] = [
      ["/conversation_messages", `{"session_id":"${id}","role":"user","content":"a${text}b"}`],
      [
        "/conversation_messages",
        `{"session_id":"${id}","role":"user","content":"","metadata":{"a":"${text}"}}`,
      ],
      [
        "/rpc/append_messages",
        `{"p_session_id":"${id}","p_messages":[{"role":"user","content":"a${text}b"}]}`,
      ],
      ["/rpc/rename_session", `{"p_session_id":"${id}","p_title":"a${text}b"}`],
    ];
    for (const [path, body] of bodies) {
      const answer = await api.send(path, token, { method: "POST", body });
      assert.equal(answer.status, 400, `${path}: ${await answer.text()}`);
    }
    const kept = good(await client.rpc("get_session", { p_session_id: id }));
    assert.deepEqual([kept.message_count, kept.title], [0, null]);
  });
}
