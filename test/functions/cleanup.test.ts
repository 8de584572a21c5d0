import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, afterEach, before, suite, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort, host } from "../../local/ports.ts";
import { FakeStorage } from "./storage.ts";
import { type Answer, type Edge, Fixture, openEdge, refusal } from "./support.ts";

let fixture: Fixture;
let storage: FakeStorage;
let edge: Edge;
let session = "";

before(async () => {
  fixture = await Fixture.open();
  storage = await FakeStorage.open(fixture.api);
  edge = await openEdge(fixture.api, {
    SUPABASE_URL: storage.url,
    STORAGE_TIMEOUT_MS: "1000",
  });
  storage.behind = edge.url;
  ({ sessionId: session } = await fixture.user());
});
afterEach(async () => {
  storage.behave = () => "work";
  await drain();
  assert.deepEqual(await storage.rows(), [...storage.objects].sort());
});
after(async () => {
  try {
    // Two workers are killed.
    await edge.assertQuiet(2);
  } finally {
    await edge[Symbol.asyncDispose]();
    await storage[Symbol.asyncDispose]();
    await fixture.close();
  }
});

/** Files with rows and, unless they are lost, objects; then the rows go, which queues the objects. */
async function queue(count: number, uploaded = count): Promise<string[]> {
  const hashes = Array.from({ length: count }, () => randomBytes(32).toString("hex")).sort();
  const paths = await register(hashes);
  await storage.put(paths.slice(0, uploaded));
  await fixture.api.select(
    `delete from public.attachments where sha256 = any ('{${hashes.join()}}'::text[])`,
  );
  // No upload is under way any more.
  await fixture.api.select(
    "update private.storage_deletions set queued_at = queued_at - interval '4 hours'",
  );
  return paths;
}

async function register(hashes: string[]): Promise<string[]> {
  const rows = await fixture.api.select(`
    insert into public.attachments (session_id, name, size_bytes, mime_type, sha256)
    select '${session}', 'a.png', 1, 'image/png', unnest('{${hashes.join()}}'::text[])
    returning storage_path`);
  return rows.map((row) => String(row["storage_path"])).sort();
}

async function waiting(): Promise<string[]> {
  const rows = await fixture.api.select("select path from private.storage_deletions order by 1");
  return rows.map(({ path }) => String(path));
}

/** As if the leases were over. */
async function expire(): Promise<void> {
  await fixture.api.select(
    "update private.storage_deletions set leased_until = leased_until - interval '1 day'",
  );
}

async function cleanup(): Promise<Record<string, unknown>> {
  const answer = await edge.post("storage-cleanup", {}, {
    token: fixture.service,
  });
  assert.equal(answer.status, 200, answer.text);
  const { success, ...counts } = answer.body;
  assert.equal(success, true);
  return counts;
}

async function drain(): Promise<void> {
  await expire();
  assert.equal((await cleanup())["failed"], 0);
  assert.deepEqual(await waiting(), []);
}

suite("POST storage-cleanup", () => {
  test("all that is queued goes, batch by batch, and nothing else", async () => {
    const [kept = ""] = await register([randomBytes(32).toString("hex")]);
    await storage.put([kept]);
    const paths = await queue(230);
    const before = storage.removals.length;
    assert.deepEqual(await cleanup(), { deleted: 230, failed: 0, left: false });
    assert.equal(storage.removals.length - before, 3);
    assert.deepEqual(storage.removals.slice(before).flat().sort(), paths);
    assert.deepEqual([...storage.objects], [kept]);
    assert.deepEqual(await waiting(), []);
    assert.deepEqual(await cleanup(), { deleted: 0, failed: 0, left: false });
  });

  test("what was never there is gone too", async () => {
    await queue(6, 2);
    assert.deepEqual(await cleanup(), { deleted: 6, failed: 0, left: false });
    assert.deepEqual(await waiting(), []);
  });

  test("half of a batch that is kept without a word stays queued", async () => {
    const paths = await queue(10);
    storage.behave = () => ({ only: paths.slice(0, 5) });
    assert.deepEqual(await cleanup(), { deleted: 5, failed: 5, left: false });
    assert.deepEqual(await waiting(), paths.slice(5));
    // Not before the lease is over.
    storage.behave = () => "work";
    assert.deepEqual(await cleanup(), { deleted: 0, failed: 0, left: false });
    await expire();
    assert.deepEqual(await cleanup(), { deleted: 5, failed: 0, left: false });
  });

  test("one object that is refused takes no other along", async () => {
    const paths = await queue(9);
    const bad = paths[4] ?? "";
    storage.behave = (call) => call.method === "DELETE" && call.paths.includes(bad) ? 400 : "work";
    assert.deepEqual(await cleanup(), { deleted: 8, failed: 1, left: false });
    assert.deepEqual(await waiting(), [bad]);
  });

  for (const status of [501, 503, 429, 401]) {
    test(`Storage answers ${status}: nothing is lost, and it is asked once`, async () => {
      const paths = await queue(130);
      storage.behave = () => status;
      const before = storage.removals.length;
      assert.deepEqual(await cleanup(), {
        deleted: 0,
        failed: 100,
        left: true,
      });
      assert.equal(storage.removals.length - before, 1);
      assert.deepEqual(await waiting(), paths);
    });
  }

  test("Storage is away when it is asked what it kept: what it named is gone, the rest waits", async () => {
    const paths = await queue(4, 2);
    storage.behave = ({ method }) => method === "POST" ? 503 : "work";
    assert.deepEqual(await cleanup(), { deleted: 2, failed: 2, left: true });
    assert.deepEqual(await waiting(), paths.slice(2));
  });

  for (const kind of ["hang", "dead"] as const) {
    test(`Storage does not answer in time (${kind}): tried again after the lease`, async () => {
      const paths = await queue(3);
      storage.behave = () => kind;
      assert.deepEqual(await cleanup(), { deleted: 0, failed: 3, left: true });
      assert.deepEqual(await waiting(), paths);
    });

    test(`a worker that is killed while Storage works (${kind}) loses nothing`, async () => {
      const paths = await queue(120);
      let calls = 0;
      storage.behave = () => ++calls === 1 ? "work" : kind;
      // Before Storage's time is over.
      const cut = edge.call("storage-cleanup", {
        body: {},
        token: fixture.service,
      })
        .catch(() => undefined);
      for (const end = Date.now() + 20_000; calls < 2 && Date.now() < end;) {
        await sleep(5);
      }
      await edge.kill("storage-cleanup");
      await cut;
      edge.sent--;
      assert.equal((await waiting()).length, 20);
      storage.behave = () => "work";
      // Their lease is not over.
      assert.deepEqual(await cleanup(), { deleted: 0, failed: 0, left: false });
      await expire();
      assert.deepEqual(await cleanup(), {
        deleted: 20,
        failed: 0,
        left: false,
      });
      for (const path of paths) assert.ok(!storage.objects.has(path));
    });
  }

  test("what is wanted again is not deleted, and while a worker may have it, nobody gets it", async () => {
    const [path = ""] = await queue(1);
    const hash = path.split("/").at(-1) ?? "";
    storage.behave = () => 503;
    await cleanup();
    await assert.rejects(register([hash]), /File is being deleted/);
    await expire();
    await register([hash]);
    storage.behave = () => "work";
    assert.deepEqual(await cleanup(), { deleted: 0, failed: 0, left: false });
    assert.ok(storage.objects.has(path));
  });
});

suite("its other answers", () => {
  const path = "storage-cleanup";
  const is = (answer: Answer, status: number, code: string) =>
    assert.deepEqual([answer.status, refusal(answer).code], [status, code]);

  test("401: the service alone may call", async () => {
    for (
      const by of [{}, { token: (await fixture.user()).token }, {
        secret: "s".repeat(43),
      }]
    ) {
      is(await edge.post(path, {}, by), 401, "UNAUTHENTICATED");
    }
  });

  test("400, 404, 405, 413, 415, OPTIONS", async () => {
    const by = { token: fixture.service };
    for (const body of [{ limit: 1 }, [], "{", "", null]) {
      is(await edge.post(path, body, by), 400, "INVALID_ARGUMENT");
    }
    is(await edge.post(`${path}/now`, {}, by), 404, "NOT_FOUND");
    for (const method of ["GET", "PUT", "DELETE"]) {
      is(await edge.call(path, { ...by, method }), 405, "METHOD_NOT_ALLOWED");
    }
    is(await edge.post(path, `{${" ".repeat(65_536)}}`, by), 413, "TOO_LARGE");
    is(
      await edge.post(path, "{}", {
        ...by,
        headers: { "content-type": "text/plain" },
      }),
      415,
      "UNSUPPORTED_MEDIA_TYPE",
    );
    const headers = { origin: "https://app.example" };
    const preflight = await edge.call(path, { method: "OPTIONS", headers });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers["access-control-allow-methods"], "POST, OPTIONS");
  });

  test("503 without a database, and nothing leaks", async () => {
    await using alone = await openEdge(fixture.api, {
      SUPABASE_URL: `http://${host}:${await freePort()}`,
    });
    const answer = await alone.post(path, {}, { token: fixture.service });
    is(answer, 503, "UNAVAILABLE");
    assert.doesNotMatch(answer.text, /ECONNREFUSED|127\.0\.0\.1|fetch/);
  });
});
