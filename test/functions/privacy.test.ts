import assert from "node:assert/strict";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { after, before, suite, test } from "node:test";
import pg from "pg";
import { isRecord } from "../../local/http.ts";
import { good } from "../api/support.ts";
import { turn } from "./routes.ts";
import { FakeStorage } from "./storage.ts";
import {
  type Answer,
  type Call,
  type Edge,
  Fixture,
  newSecret,
  openEdge,
  refusal,
} from "./support.ts";

let fixture: Fixture;
let storage: FakeStorage;
/** With a Storage; that of the fixture has none, as on the Docker-free stack. */
let edge: Edge;

before(async () => {
  fixture = await Fixture.open();
  storage = await FakeStorage.open(fixture.api);
  edge = await openEdge(fixture.api, {
    SUPABASE_URL: storage.url,
    STORAGE_TIMEOUT_MS: "1000",
  });
  storage.behind = edge.url;
});
after(async () => {
  try {
    await edge.assertQuiet();
  } finally {
    await edge[Symbol.asyncDispose]();
    await storage[Symbol.asyncDispose]();
    await fixture.close();
  }
});

interface Export {
  /** Without the manifest. */
  lines: string[];
  manifest: Record<string, unknown>;
}

/** An export that has to be whole. */
async function exported(by: Call, body: unknown = {}, from: Edge = edge): Promise<Export> {
  const answer = await from.call("privacy/export", { body, ...by });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers["content-type"], "application/x-ndjson");
  assert.ok(answer.text.endsWith("\n"));
  const lines = answer.text.slice(0, -1).split("\n");
  const last: unknown = JSON.parse(lines.pop() ?? "");
  assert.ok(isRecord(last) && isRecord(last["manifest"]), answer.text.slice(-300));
  const { manifest } = last;
  // As `head -n -1 | sha256sum` has it.
  const before = lines.map((line) => `${line}\n`).join("");
  assert.equal(manifest["sha256"], createHash("sha256").update(before).digest("hex"));
  return { lines, manifest };
}

const tableOf = (line: string) => String(/, "table": "([a-z_.]+)"\}$/.exec(line)?.[1]);

const erase = (
  by: Call,
  body: Record<string, unknown> = {},
  from: Edge = edge,
) => from.call("privacy/erase", { body: { confirm: true, ...body }, ...by });

/** What the database holds of a user, in the form of an export. */
async function held(userId: string): Promise<string[]> {
  const tables = await fixture.api.select(`
    select t.table_name, t.user_column, array_to_json(coalesce(array_agg(c.column_name::text)
      filter (where c.is_secret), '{}')) as secrets
    from private.data_tables as t
    left join private.data_columns as c on c.table_name = t.table_name
    where t.export_order is not null and to_regclass(t.table_name) is not null
    group by 1, 2`);
  const lines: string[] = [];
  for (const { table_name, user_column, secrets } of tables) {
    const rows = await fixture.api.select(`
      select jsonb_build_object('table', '${String(table_name)}', 'row', to_jsonb(r)
        - array(select json_array_elements_text('${JSON.stringify(secrets)}')))::text as line
      from ${String(table_name)} as r where ${String(user_column)} = '${userId}'`);
    lines.push(...rows.map(({ line }) => String(line)));
  }
  return lines.sort();
}

suite("POST privacy/export", () => {
  test("3,000 rows, as the tables hold them, digit by digit", async () => {
    const user = await fixture.user();
    await fixture.api.select(`
      select public.append_messages('${user.sessionId}', m.messages)
      from (
        select jsonb_agg(jsonb_build_object(
          'role', (array['user', 'assistant'])[1 + n % 2], 'content', E'l\\u00edne "' || n || E'"\\n',
          'provider', 'openai', 'model_used', 'gpt-4o',
          'cost_usd', ('0.' || lpad((n * 7919)::text, 20, '1234567890'))::numeric
        )) as messages
        from generate_series(1, 3000) as n
        group by n / 1000
      ) as m`);
    const { lines, manifest } = await exported({ token: user.token });
    const files = await held(user.id);
    assert.ok(lines.length >= 3000);
    assert.deepEqual([...lines].sort(), files);
    // More digits than a double has.
    const costs = new Map(lines.map((line) => [
      /"id": "([0-9a-f-]{36})"/.exec(line)?.[1],
      /"cost_usd": ([0-9.]+)/.exec(line)?.[1],
    ]));
    const rows = await fixture.api.select(`
      select id, cost_usd::text as cost from public.conversation_messages
      where session_id = '${user.sessionId}'`);
    assert.equal(rows.length, 3000);
    for (const { id, cost } of rows) assert.equal(costs.get(String(id)), cost);
    assert.ok(rows.some(({ cost }) => JSON.stringify(Number(cost)) !== cost));

    const counts: Record<string, number> = {};
    for (const line of lines) {
      counts[tableOf(line)] = (counts[tableOf(line)] ?? 0) + 1;
    }
    const { sha256: _, exportedAt, ...rest } = manifest;
    assert.deepEqual(rest, {
      version: 1,
      subject: "user",
      counts,
      downloads: 0,
    });
    assert.ok(Math.abs(Date.parse(String(exportedAt)) - Date.now()) < 120_000);
  });

  test("who has nothing gets a manifest", async () => {
    const { lines, manifest } = await exported({ token: fixture.service }, {
      userId: randomUUID(),
    });
    assert.deepEqual([lines, manifest["counts"]], [[], {}]);
  });

  test("files have an address where Storage answers, and a row where it does not", async () => {
    const user = await fixture.user();
    const [stored = "", lost = ""] = await files(user.sessionId, 2);
    await storage.put([stored]);
    const by = { token: user.token };
    const { lines, manifest } = await exported(by);
    const downloads = lines.map((line): unknown => JSON.parse(line)).filter((
      line,
    ) => isRecord(line) && "download" in line);
    assert.equal(manifest["downloads"], 1);
    const [{ download }] = downloads as [{ download: Record<string, unknown> }];
    assert.deepEqual([downloads.length, download["path"]], [1, stored]);
    assert.equal(
      download["url"],
      `${storage.url}/storage/v1/object/sign/attachments/${stored}?token=t`,
    );
    for (const path of [stored, lost]) {
      assert.ok(lines.some((line) => line.includes(path)));
    }
    // The Docker-free stack answers 501.
    const without = await exported(by, {}, fixture.edge);
    assert.equal(without.manifest["downloads"], 0);
    assert.deepEqual(without.manifest["counts"], manifest["counts"]);
    assert.equal(
      manifest["counts"] && isRecord(manifest["counts"]) &&
        manifest["counts"]["public.attachments"],
      2,
    );
  });

  test("a server asks for a user; a visitor, and a server for them, for a session", async () => {
    const user = await fixture.user();
    const own = await exported({ token: user.token });
    const asked = await exported({ token: fixture.service }, {
      userId: user.id,
    });
    assert.deepEqual(asked.lines, own.lines);
    assert.deepEqual((await exported({ token: user.token }, { userId: user.id })).lines, own.lines);

    const { secret, ...named } = await fixture.visitor();
    const logged = await fixture.edge.post("chat-log", turn(named), { secret });
    assert.equal(logged.status, 200, logged.text);
    const first = await exported({ secret }, {
      sessionToken: named.sessionToken,
    });
    assert.equal(first.manifest["subject"], "visitor");
    const counts = first.manifest["counts"];
    assert.ok(isRecord(counts));
    assert.deepEqual(
      [counts["public.conversation_sessions"], counts["public.conversation_messages"]],
      [1, 2],
    );
    assert.ok(first.lines.every((line) => !line.includes("secret_hash")));
    for (
      const by of [{ secret }, { token: fixture.service }, {
        token: fixture.service,
        secret,
      }]
    ) {
      assert.deepEqual((await exported(by, named)).lines, first.lines);
    }
  });

  test("a reader who goes away ends it", async () => {
    const user = await fixture.user();
    await fixture.api.select(`
      insert into public.conversation_messages (session_id, role, content)
      select '${user.sessionId}', 'user', repeat(md5(n::text), 2000)
      from generate_series(1, 300) as n`);
    const abort = new AbortController();
    const answer = await fetch(`${edge.url}/functions/v1/privacy/export`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${user.token}`,
        "content-type": "application/json",
      },
      body: "{}",
      signal: abort.signal,
    });
    edge.sent++;
    const id = String(answer.headers.get("x-request-id"));
    await answer.body?.getReader().read();
    abort.abort();
    const line = async () => {
      for (const end = Date.now() + 15_000; Date.now() < end;) {
        const found = edge.lines.find((entry) => entry.includes(id));
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return "";
    };
    assert.match(await line(), /"status":200,"code":"CLIENT_GONE"/);
  });

  test("one that breaks off has no manifest, and does not look whole", async () => {
    const user = await fixture.user();
    await fixture.api.select(`
      insert into public.conversation_messages (session_id, role, content)
      select '${user.sessionId}', 'user', repeat(md5(n::text), 2000)
      from generate_series(1, 300) as n`);
    const answer = await fetch(`${edge.url}/functions/v1/privacy/export`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${user.token}`,
        "content-type": "application/json",
      },
      body: "{}",
    });
    edge.sent++;
    assert.equal(answer.status, 200);
    // The pages that are left are refused.
    const on = "execute on function public.export_user_data";
    await fixture.api.select(`revoke ${on} from authenticated`);
    try {
      await assert.rejects(answer.text());
      assert.ok(edge.lines.some((line) => /"status":200,"code":"FORBIDDEN".*"42501"/.test(line)));
      // Deno's own word, of no more than our constant.
      const own = edge.lines.findIndex((line) => line.endsWith("Error: the answer broke off"));
      assert.match(edge.lines[own + 1] ?? "", /^\[privacy\] +at Object\.pull /);
      edge.lines.splice(own, 2);
    } finally {
      await fixture.api.select(`grant ${on} to authenticated`);
    }
  });
});

/** Rows of files, and their paths. */
async function files(session: string, count: number): Promise<string[]> {
  const hashes = Array.from({ length: count }, () => randomBytes(32).toString("hex"));
  const rows = await fixture.api.select(`
    insert into public.attachments (session_id, name, size_bytes, mime_type, sha256)
    select '${session}', 'a.png', 1, 'image/png', unnest('{${hashes.join()}}'::text[])
    returning storage_path`);
  return rows.map((row) => String(row["storage_path"]));
}

suite("POST privacy/erase", () => {
  test("a user goes, files and account too; the token finds nothing and makes nothing", async () => {
    const user = await fixture.user();
    const other = await fixture.user();
    await storage.put(await files(user.sessionId, 3));
    const [kept = ""] = await files(other.sessionId, 1);
    await storage.put([kept]);
    const answer = await erase({ token: user.token });
    assert.equal(answer.status, 200, answer.text);
    const { receipt, objectsDeleted } = answer.body;
    assert.ok(isRecord(receipt) && isRecord(receipt["counts"]));
    assert.deepEqual([receipt["storageObjects"], objectsDeleted], [3, 3]);
    assert.equal(receipt["counts"]["public.attachments"], 3);
    assert.equal(receipt["counts"]["public.conversation_sessions"], 1);
    assert.match(String(receipt["auditHash"]), /^[0-9a-f]{64}$/);
    assert.deepEqual([...storage.objects].filter((path) => path.startsWith(user.id)), []);
    assert.ok(storage.objects.has(kept));
    const [left] = await fixture.api.select(`
      select (select count(*) from auth.users where id = '${user.id}')
        + (select count(*) from auth.sessions where user_id = '${user.id}')
        + (select count(*) from public.conversation_sessions where user_id = '${user.id}') as n`);
    assert.equal(Number(left?.["n"]), 0);

    // Until it expires, the token is one of somebody who is not there.
    const sessions = await fixture.api.send("/conversation_sessions?select=id", user.token);
    assert.deepEqual([sessions.status, await sessions.json()], [200, []]);
    const created = await fixture.api.send(
      "/rpc/create_conversation_session",
      user.token,
      {
        method: "POST",
        body: "{}",
      },
    );
    assert.ok(created.status >= 400 && created.status < 500, String(created.status));
    await created.text();
    const visitor = await fixture.visitor();
    const claim = await fixture.edge.post("chat-session/claim", {
      sessionId: visitor.sessionId,
    }, {
      token: user.token,
      secret: visitor.secret,
    });
    assert.deepEqual([claim.status, refusal(claim).code], [401, "UNAUTHENTICATED"]);
    assert.deepEqual((await exported({ token: user.token })).lines, []);
    // Again: nothing is left to count.
    const again = await erase({ token: user.token });
    assert.equal(again.status, 200, again.text);
    assert.ok(isRecord(again.body["receipt"]));
    const { rowsErased, counts, subject } = again.body["receipt"];
    assert.deepEqual([rowsErased, counts, subject], [0, {}, null]);
  });

  test("Storage is down: the person is gone, the objects wait for the worker", async () => {
    for (const behave of [() => 503, () => "dead" as const]) {
      const user = await fixture.user();
      const paths = await files(user.sessionId, 2);
      await storage.put(paths);
      storage.behave = behave;
      const answer = await erase({ token: user.token });
      assert.equal(answer.status, 200, answer.text);
      assert.ok(isRecord(answer.body["receipt"]));
      assert.equal(answer.body["receipt"]["storageObjects"], 2);
      assert.equal(answer.body["objectsDeleted"], 0);
      const waiting = await fixture.api.select(
        `select path from private.storage_deletions where starts_with(path, '${user.id}')`,
      );
      assert.equal(waiting.length, 2);
      storage.behave = () => "work";
      await fixture.api.select(
        "update private.storage_deletions set leased_until = leased_until - interval '1 day'",
      );
      const worker = await edge.post("storage-cleanup", {}, {
        token: fixture.service,
      });
      assert.deepEqual(worker.body, {
        success: true,
        deleted: 2,
        failed: 0,
        left: false,
      });
      assert.ok(paths.every((path) => !storage.objects.has(path)));
    }
  });

  test("a visitor goes, named by id or by token; the second time nobody is there", async () => {
    for (const name of ["sessionId", "sessionToken"] as const) {
      const visitor = await fixture.visitor();
      const named = { [name]: visitor[name] };
      await storage.put(await files(visitor.sessionId, 1));
      const by = { secret: visitor.secret };
      const answer = await erase(by, named);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.body["objectsDeleted"], 1);
      const [left] = await fixture.api.select(
        `select count(*)::int as n from public.conversation_sessions
         where id = '${visitor.sessionId}'`,
      );
      assert.equal(left?.["n"], 0);
      for (
        const again of [await erase(by, named), await erase({ token: fixture.service }, named)]
      ) {
        assert.deepEqual([again.status, refusal(again).code], [404, "SESSION_NOT_FOUND"]);
      }
    }
  });

  test("a visitor's chat goes while it is there, expired or in the trash", async () => {
    for (const gone of ["trash", "time"]) {
      for (const name of ["sessionId", "sessionToken"] as const) {
        const visitor = await fixture.visitor();
        await storage.put(await files(visitor.sessionId, 1));
        if (gone === "trash") {
          good(
            await fixture.api.service().rpc("delete_session", { p_session_id: visitor.sessionId }),
          );
        } else {
          await fixture.api.select(`
            update public.session_clients set expires_at = now() - interval '1 hour'
            where session_id = '${visitor.sessionId}'`);
        }
        const named = { [name]: visitor[name] };
        const wrong = await erase({ secret: newSecret() }, named);
        assert.deepEqual([wrong.status, refusal(wrong).code], [404, "SESSION_NOT_FOUND"]);
        const answer = await erase({ secret: visitor.secret }, named);
        assert.equal(answer.status, 200, `${gone} ${answer.text}`);
        assert.equal(answer.body["objectsDeleted"], 1);
      }
    }
  });

  test("a server erases anybody", async () => {
    const user = await fixture.user();
    const visitor = await fixture.visitor();
    for (const body of [{ userId: user.id }, { sessionId: visitor.sessionId }]) {
      const answer = await erase({ token: fixture.service }, body);
      assert.equal(answer.status, 200, answer.text);
      assert.ok(isRecord(answer.body["receipt"]));
      assert.ok(Number(answer.body["receipt"]["rowsErased"]) > 0);
    }
    const again = await erase({ token: fixture.service }, { userId: user.id });
    assert.ok(isRecord(again.body["receipt"]));
    assert.equal(again.body["receipt"]["rowsErased"], 0);
  });

  test("409: under a legal hold nothing goes, and the refusal is written down", async () => {
    const user = await fixture.user();
    const service = fixture.api.service();
    const hold = good(
      await service.rpc("set_legal_hold", {
        p_reason: "a court asked for it",
        p_user_id: user.id,
      }),
    );
    const refusals = async () => {
      const [row] = await fixture.api.select(
        "select count(*)::int as n from public.audit_log where action = 'erasure_refused'",
      );
      return Number(row?.["n"]);
    };
    const before = await refusals();
    const answer = await erase({ token: user.token });
    assert.deepEqual([answer.status, refusal(answer).code], [409, "LEGAL_HOLD"]);
    assert.equal(await refusals(), before + 1);
    assert.ok((await exported({ token: user.token })).lines.length > 0);
    good(
      await service.rpc("release_legal_hold", {
        p_hold_id: hold.id,
        p_reason: "the court is done with it",
      }),
    );
    assert.equal((await erase({ token: user.token })).status, 200);
  });

  test("export, erase, import as another user: the same history, branches, tools, costs and usage", async () => {
    const { client, token, id } = await fixture.api.user();
    const session = good(await client.rpc("create_conversation_session", { p_title: "trip" }))
      .id;
    const turns = [randomUUID(), randomUUID()];
    for (const [at, turnId] of turns.entries()) {
      good(
        await client.rpc("log_turn", {
          p_session_id: session,
          p_turn_id: turnId,
          p_user_message: `question ${at}`,
          p_assistant_message: `answer ${at}`,
          p_provider: "openai",
          p_model_used: "gpt-4o",
          p_input_tokens: 100 + at,
          p_output_tokens: 20 + at,
          p_tool_executions: [{
            tool_call_id: `call_${at}`,
            tool_name: "search",
            input: { q: at },
            output: { n: 1.5 },
            status: "completed",
          }],
        }),
      );
    }
    good(
      await client.rpc("edit_message", {
        p_message_id: turns[1] ?? "",
        p_content: "another",
      }),
    );
    // With more digits than a double has.
    await fixture.api.select(`
      insert into public.conversation_messages (session_id, role, content, provider, model_used, cost_usd)
      values ('${session}', 'assistant', 'dear', 'openai', 'gpt-4o', 0.12345678901234567891)`);
    const before = await snapshot(id, session);
    const { lines } = await exported({ token });
    const gone = await erase({ token });
    assert.equal(gone.status, 200, gone.text);
    const heir = await fixture.api.user();
    const written = good(
      await fixture.api.service().rpc("import_user_data", {
        p_user_id: heir.id,
        p_lines: lines,
      }),
    );
    assert.ok(isRecord(written) && Number(written["public.conversation_messages"]) >= 5);
    const after = await snapshot(heir.id, session);
    for (const [name, rows] of Object.entries(before)) {
      assert.deepEqual(after[name], rows, name);
    }
    assert.ok(before["messages"]?.length === 6 && before["usage"]?.length);
    assert.match(String(before["cost"]), /^0\.12[0-9]{18}$/);
  });
});

/** What a user reads by the RPCs, without who they are. */
async function snapshot(userId: string, session: string): Promise<Record<string, string[]>> {
  const client = new pg.Client({
    connectionString: fixture.api.addresses.dbUrl,
  });
  await client.connect();
  await client.query(`
    begin;
    set local role authenticated;
    select set_config('request.jwt.claims', '{"sub": "${userId}", "role": "authenticated"}', true)`);
  const as = async (query: string) => {
    const { rows } = await client.query<Record<string, unknown>>(
      `select array(${query}) as rows`,
    );
    const found = rows[0]?.["rows"];
    assert.ok(Array.isArray(found));
    return found.map(String);
  };
  const without = (row: string) =>
    `(to_jsonb(${row}) - '{user_id,updated_at,request_hash}'::text[])::text`;
  const read = {
    history: await as(
      `select ${without("h")} from public.get_conversation_history('${session}') as h`,
    ),
    messages: await as(`
      select ${without("m")} from public.conversation_messages as m
      where m.session_id = '${session}' order by m.sequence_order`),
    threads: await as(`
      select m.id || ' ' || array(select t.id from public.get_message_thread(m.id) as t)::text
      from public.conversation_messages as m where m.session_id = '${session}'
      order by m.sequence_order`),
    tools: await as(`
      select ${without("t")}
      from public.get_messages_with_tools('${session}') as t`),
    executions: await as(`
      select ${without("e")} from public.tool_executions as e
      where e.session_id = '${session}' order by e.created_at, e.id`),
    cost: await as(`select public.get_session_cost('${session}')::text`),
    session: await as(`
      select ${without("s")} from public.conversation_sessions as s where s.id = '${session}'`),
    usage: await as(
      `select ${without("u")} from public.usage_daily as u order by 1`,
    ),
  };
  await client.query("rollback");
  await client.end();
  return read;
}

suite("who may", () => {
  const paths = ["privacy/export", "privacy/erase"];
  const is = (answer: Answer, status: number, code: string) =>
    assert.deepEqual([answer.status, refusal(answer).code], [status, code], answer.text);

  test("400: each rule", async () => {
    const { secret, ...named } = await fixture.visitor();
    const user = await fixture.user();
    const cases: [body: unknown, by: Call, field: string][] = [
      [{ sessionId: "x" }, { secret }, "sessionId"],
      [{ sessionId: null }, { secret }, "sessionId"],
      [{ sessionToken: "" }, { secret }, "sessionToken"],
      [{ sessionToken: "x".repeat(256) }, { secret }, "sessionToken"],
      [{ sessionToken: "\0" }, { secret }, "sessionToken"],
      [{ userId: "x" }, { token: fixture.service }, "userId"],
      [{ userId: 7 }, { token: fixture.service }, "userId"],
      [{ x: 1 }, { token: user.token }, "body"],
      [[], { token: user.token }, "body"],
      ["{", { token: user.token }, "body"],
      ["", { token: user.token }, "body"],
      [{}, { secret }, "sessionId"],
      [{ userId: user.id }, { secret }, "userId"],
      [{ ...named, userId: user.id }, { secret }, "userId"],
      // A backend that hands on what a browser sent.
      [{ userId: user.id }, { secret, token: fixture.service }, "userId"],
      [{}, { secret, token: fixture.service }, "sessionId"],
      [{}, { token: fixture.service }, "userId"],
      [{ ...named, userId: user.id }, { token: fixture.service }, "userId"],
    ];
    for (const path of paths) {
      for (const [body, by, field] of cases) {
        const sent = path.endsWith("erase") && isRecord(body) ? { confirm: true, ...body } : body;
        const answer = await fixture.edge.post(path, sent, by);
        is(answer, 400, "INVALID_ARGUMENT");
        assert.ok(refusal(answer).hint.startsWith(field), answer.text);
      }
      // Users have all of their own, and no session by itself.
      const answer = await fixture.edge.post(path, {
        confirm: true,
        sessionId: user.sessionId,
      }, {
        token: user.token,
      });
      is(answer, 400, "INVALID_ARGUMENT");
    }
    for (const confirm of [undefined, false, "true", 1, null]) {
      const answer = await fixture.edge.post("privacy/erase", { confirm }, {
        token: user.token,
      });
      is(answer, 400, "INVALID_ARGUMENT");
      assert.match(refusal(answer).hint, /^confirm/);
    }
    is(
      await fixture.edge.post("privacy/export", { confirm: true }, {
        token: user.token,
      }),
      400,
      "INVALID_ARGUMENT",
    );
    assert.ok((await exported({ token: user.token })).lines.length > 0);
  });

  test("403: another user's data; 404: a wrong secret, a claimed session", async () => {
    const [user, other] = [await fixture.user(), await fixture.user()];
    const { secret, ...named } = await fixture.visitor();
    const claimed = await fixture.visitor();
    const claim = await fixture.edge.post("chat-session/claim", {
      sessionId: claimed.sessionId,
    }, {
      token: user.token,
      secret: claimed.secret,
    });
    assert.equal(claim.status, 200, claim.text);
    for (const path of paths) {
      const call = (body: object, by: Call) =>
        fixture.edge.post(path, path.endsWith("erase") ? { confirm: true, ...body } : body, by);
      is(await call({ userId: other.id }, { token: user.token }), 403, "FORBIDDEN");
      const nobodys = [
        [named, { secret: newSecret() }],
        [{ sessionId: randomUUID() }, { secret }],
        [{ sessionToken: claimed.sessionToken }, { secret }],
        [{ sessionId: claimed.sessionId }, { secret: claimed.secret }],
        [{ sessionId: user.sessionId }, { secret, token: fixture.service }],
        [{ sessionId: randomUUID() }, { token: fixture.service }],
      ] as const;
      for (const [body, by] of nobodys) {
        is(await call(body, by), 404, "SESSION_NOT_FOUND");
      }
      // Whose session it is, has to be named.
      is(
        await call({ sessionId: claimed.sessionId }, {
          token: fixture.service,
        }),
        400,
        "INVALID_ARGUMENT",
      );
    }
    for (const by of [{ token: other.token }, { token: user.token }]) {
      assert.ok((await exported(by)).lines.length > 0);
    }
    assert.ok((await exported({ secret }, named)).lines.length > 0);
  });

  test("429: each person on both routes together, and a visitor's guesses", async () => {
    await using limited = await openEdge(fixture.api, {
      RATE_LIMIT_PER_MINUTE: "3",
    });
    const user = await fixture.user();
    const statuses = async (call: () => Promise<Answer>) => {
      const found: number[] = [];
      // A minute may end between them.
      while (found.at(-1) !== 429 && found.length < 8) {
        const answer = await call();
        found.push(answer.status);
        if (answer.status === 429) {
          is(answer, 429, "RATE_LIMITED");
          assert.match(String(answer.headers["retry-after"]), /^([1-9]|[1-5]\d|60)$/);
        }
      }
      return [...new Set(found)];
    };
    const by = { token: user.token };
    assert.deepEqual(await statuses(() => limited.post("privacy/export", {}, by)), [200, 429]);
    const erased = await limited.post("privacy/erase", { confirm: true }, by);
    assert.ok([429, 200].includes(erased.status));
    const guess = () =>
      limited.post("privacy/export", { sessionToken: "t" }, {
        secret: newSecret(),
        headers: { "x-forwarded-for": "198.51.100.77" },
      });
    assert.deepEqual(await statuses(guess), [404, 429]);
    const other = await fixture.user();
    const free = () =>
      limited.post("privacy/export", { userId: other.id }, {
        token: fixture.service,
      });
    assert.deepEqual(await statuses(free), [200]);
    await limited.assertQuiet();
  });
});
