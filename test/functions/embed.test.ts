import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { after, afterEach, before, suite, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isRecord } from "../../local/http.ts";
import { host } from "../../local/ports.ts";
import { type Edge, Fixture, openEdge, refusal } from "./support.ts";

/** What the endpoint does with the texts of a call; null: it never answers. */
type Behaviour = (texts: string[]) => { status?: number; vectors?: unknown } | null;

let fixture: Fixture;
let edge: Edge;
let endpoint: Server;
let behave: Behaviour;
let asked = 0;
let session = "";
let userId = "";

const vectorOf = (text: string) =>
  Array.from({ length: 384 }, (_, at) => (at === text.length ? 1 : 0.1));
const works: Behaviour = (texts) => ({ vectors: texts.map(vectorOf) });

before(async () => {
  fixture = await Fixture.open();
  endpoint = createServer((request, response) => {
    void textsOf(request).then((texts) => {
      asked++;
      const made = behave(texts);
      if (!made) return;
      const { status = 200, vectors } = made;
      const data = Array.isArray(vectors)
        ? vectors.map((embedding: unknown, index) => ({ index, embedding }))
        : vectors;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ data }));
    });
  });
  await new Promise<void>((resolve) => endpoint.listen(0, host, resolve));
  const address = endpoint.address();
  assert.ok(address && typeof address === "object");
  edge = await openEdge(fixture.api, {
    EMBEDDING_API_URL: `http://${host}:${address.port}`,
    EMBEDDING_MODEL: "test",
    EMBEDDING_TIMEOUT_MS: "1000",
  });
  ({ id: userId, sessionId: session } = await fixture.user());
  await fixture.api.select("select public.set_embedding_model('test')");
});
afterEach(async () => {
  await fixture.api.select(
    `delete from public.conversation_messages where session_id = '${session}'`,
  );
});
after(async () => {
  // Whatever fails here, what is left open would keep the process.
  try {
    await fixture.api.select("select public.set_embedding_model('test', false)");
    // Six workers are killed.
    await edge.assertQuiet(6);
  } finally {
    endpoint.closeAllConnections();
    endpoint.close();
    await edge[Symbol.asyncDispose]();
    await fixture.close();
  }
});

async function textsOf(request: IncomingMessage): Promise<string[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
  assert.ok(isRecord(body) && Array.isArray(body["input"]));
  assert.deepEqual([body["model"], body["dimensions"]], ["test", 384]);
  return body["input"].map(String);
}

/** So many messages that wait for their vectors. */
async function write(count: number, text = "text"): Promise<void> {
  const rows = Array.from(
    { length: count },
    (_, at) => `('${randomUUID()}', '${session}', 'user', '${text} ${"x".repeat(at)}')`,
  );
  await fixture.api.select(
    `insert into public.conversation_messages (id, session_id, role, content) values ${
      rows.join(", ")
    }`,
  );
}

/** As if the waits and leases were over. */
async function wait(): Promise<void> {
  await fixture.api.select(
    `update private.embedding_queue
     set due_at = due_at - interval '1 day', leased_until = leased_until - interval '1 day'`,
  );
}

/** Messages by what has become of them; one is in no two states, and none in none. */
async function states(): Promise<Record<string, number>> {
  const rows = await fixture.api.select(`
    select state, count(*)::int as n
    from (
      select case
        when e.message_id is not null and q.message_id is not null then 'both'
        when e.message_id is not null then 'embedded'
        when q.dead_at is not null then 'dead'
        when q.message_id is not null then 'queued'
        else 'lost'
      end as state
      from public.conversation_messages as m
      left join public.message_embeddings as e on e.message_id = m.id
      left join private.embedding_queue as q on q.message_id = m.id
      where m.session_id = '${session}'
    ) as s group by 1`);
  return Object.fromEntries(rows.map((row) => [String(row["state"]), Number(row["n"])]));
}

async function embed(body: unknown = {}): Promise<Record<string, unknown>> {
  const answer = await edge.post("embed", body, { token: fixture.service });
  assert.equal(answer.status, 200, answer.text);
  const { success, ...counts } = answer.body;
  assert.equal(success, true);
  return counts;
}

/** Calls until nothing is queued any more, with all waits over. */
async function drain(): Promise<void> {
  for (let call = 0; call < 60; call++) {
    await embed();
    if (((await states())["queued"] ?? 0) === 0) return;
    await wait();
  }
  assert.fail(JSON.stringify(await states()));
}

suite("POST embed", () => {
  test("messages are embedded, found and not embedded again", async () => {
    behave = works;
    await write(40);
    assert.deepEqual(await embed({ limit: 35 }), {
      embedded: 35,
      failed: 0,
      dead: 0,
      remaining: 5,
    });
    assert.deepEqual(await embed(), { embedded: 5, failed: 0, dead: 0, remaining: 0 });
    assert.deepEqual(await states(), { embedded: 40 });
    const calls = asked;
    assert.deepEqual(await embed(), { embedded: 0, failed: 0, dead: 0, remaining: 0 });
    assert.equal(asked, calls);
    const [found] = await fixture.api.select(`
      select set_config('role', 'authenticated', true),
        set_config('request.jwt.claims', '{"sub": "${userId}"}', true), (
          select m.content from public.match_messages('{${vectorOf("text xx").join()}}', 1) as m
        ) as content`);
    assert.equal(found?.["content"], "text xx");
  });

  test("the service alone may call", async () => {
    for (const by of [{}, { token: (await fixture.user()).token }, { secret: "s".repeat(43) }]) {
      const answer = await edge.post("embed", {}, by);
      assert.deepEqual([answer.status, refusal(answer).code], [401, "UNAUTHENTICATED"]);
    }
    const answer = await edge.post("embed", { limit: 0 }, { token: fixture.service });
    assert.deepEqual([answer.status, refusal(answer).code], [400, "INVALID_ARGUMENT"]);
  });

  test("without a provider it says what to set", async () => {
    const answer = await fixture.edge.post("embed", {}, { token: fixture.service });
    assert.deepEqual([answer.status, refusal(answer).code], [503, "NOT_CONFIGURED"]);
    assert.match(refusal(answer).hint, /EMBEDDING_PROVIDER/);
  });

  const failures: [name: string, behave: Behaviour][] = [
    ["a provider that fails", () => ({ status: 500 })],
    ["a provider that asks to wait", () => ({ status: 429 })],
    ["a provider that does not answer in time", () => null],
    ["vectors of another length", (texts) => ({ vectors: texts.map(() => [1, 2, 3]) })],
    ["an answer of another form", () => ({ vectors: "none" })],
  ];
  for (const [name, failing] of failures) {
    test(`${name}: tried five times, then dead, and embedded when it works again`, async () => {
      behave = failing;
      await write(5);
      await drain();
      assert.deepEqual(await states(), { dead: 5 });
      behave = works;
      assert.deepEqual(await embed(), { embedded: 0, failed: 0, dead: 0, remaining: 0 });
      await fixture.api.select("select public.retry_dead_embeddings()");
      await drain();
      assert.deepEqual(await states(), { embedded: 5 });
    });
  }

  test("one text that the provider cannot take ends alone", async () => {
    behave = (texts) => texts.some((text) => text === "text xxx") ? { status: 500 } : works(texts);
    await write(6);
    await drain();
    assert.deepEqual(await states(), { embedded: 5, dead: 1 });
    const [dead] = await fixture.api.select("select last_error from private.embedding_queue");
    assert.equal(dead?.["last_error"], "HTTP 500");
  });

  test("a worker that is killed loses nothing, and does nothing twice", async () => {
    behave = works;
    await write(40);
    // The first batch is stored; of the second the worker has the texts when it ends.
    let calls = 0;
    behave = (texts) => ++calls === 1 ? works(texts) : null;
    const cut = edge.call("embed", { body: {}, token: fixture.service }).catch(() => undefined);
    for (const end = Date.now() + 20_000; calls < 2 && Date.now() < end;) await sleep(5);
    await edge.kill("embed");
    await cut;
    edge.sent--;
    assert.deepEqual(await states(), { embedded: 32, queued: 8 });
    const [before] = await fixture.api.select(
      "select max(embedded_at) as at from public.message_embeddings",
    );
    behave = works;
    // Their lease is not over.
    assert.deepEqual(await embed(), { embedded: 0, failed: 0, dead: 0, remaining: 0 });
    await wait();
    assert.deepEqual(await embed(), { embedded: 8, failed: 0, dead: 0, remaining: 0 });
    assert.deepEqual(await states(), { embedded: 40 });
    const [kept] = await fixture.api.select(
      `select count(*)::int as n from public.message_embeddings
       where embedded_at <= '${
        (before?.["at"] as Date).toISOString()
      }'::timestamptz + interval '1 ms'`,
    );
    assert.equal(kept?.["n"], 32);
  });

  test("a text that kills its worker each time is given up, and takes no other along", async () => {
    await write(3);
    let killed = 0;
    behave = (texts) => {
      const pid = edge.pidOf("embed");
      if (!texts.includes("text x") || !pid) return works(texts);
      process.kill(pid, "SIGKILL");
      killed++;
      return null;
    };
    for (let call = 0; call < 10 && ((await states())["queued"] ?? 0) > 0; call++) {
      const before = killed;
      await edge.call("embed", { body: {}, token: fixture.service }).catch(() => undefined);
      if (killed > before) edge.sent--;
      await wait();
    }
    assert.equal(killed, 5);
    assert.deepEqual(await states(), { embedded: 2, dead: 1 });
  });

  test("a text that changes while it is embedded is embedded anew", async () => {
    await write(2);
    let changed: Promise<unknown> | undefined;
    behave = (texts) => {
      changed ??= fixture.api.select(
        `update public.conversation_messages set content = 'other' where content = 'text '
         and session_id = '${session}'`,
      );
      return works(texts);
    };
    await embed();
    await changed;
    await drain();
    assert.deepEqual(await states(), { embedded: 2 });
    const [stale] = await fixture.api.select(`
      select count(*)::int as n from public.message_embeddings as e
      join public.conversation_messages as m on m.id = e.message_id
      where e.content_hash <> sha256(convert_to(m.content, 'UTF8'))`);
    assert.equal(stale?.["n"], 0);
  });
});
