import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { openTestServer, seeded, type Server } from "./support.ts";

const timeout = 120_000;
let server: Server;

before(async () => {
  server = await openTestServer();
}, { timeout });
after(() => server[Symbol.asyncDispose]());

const insert = `
  insert into public.attachments (id, session_id, name, size_bytes, mime_type, sha256)
  values ($1, $2, 'a.txt', 1, 'text/plain', $3)`;

test(
  "a file that goes while it is registered again is never queued under a row",
  { timeout },
  async () => {
    const user = await server.makeUser();
    const sessions = await Promise.all([1, 2, 3].map(() => server.makeSession(user)));
    const random = seeded("attachments");
    const hashes = ["a", "b", "c"].map((digit) => digit.repeat(64));
    await server.select(
      "insert into storage.objects (bucket_id, name) select 'attachments', unnest($1::text[])",
      [hashes.map((hash) => `${user}/${hash}`)],
    );
    let taken = 0;
    let working = true;
    const worker = (async () => {
      while (working) {
        // As one transaction, like a call over the API.
        const items = await server.select("select id, path from public.take_storage_deletions(10)");
        if (items.length > 0) {
          const rows = await server.select(
            "select storage_path from public.attachments where storage_path = any ($1)",
            [items.map((item) => item["path"])],
          );
          assert.deepEqual(rows, [], "an object is deleted while a file names it");
          taken += items.length;
          await server.select("select public.settle_storage_deletions($1)", [
            items.map((item) => item["id"]),
          ]);
        }
      }
    })();
    await server.as(user, 8, async (users) => {
      await Promise.all(users.map(async (connection) => {
        for (let i = 0; i < 60; i++) {
          const refused = random.int(2) === 0
            ? await connection.refused(insert, [
              randomUUID(),
              random.pick(sessions),
              random.pick(hashes),
            ])
            : await connection.refused(
              "delete from public.attachments where sha256 = $1",
              [random.pick(hashes)],
            );
          // In a worker's hands at this moment.
          if (refused) assert.equal(refused.detail, "FILE_IN_DELETION", JSON.stringify(refused));
        }
      }));
    });
    working = false;
    await worker;
    assert.ok(taken > 0, "no object was deleted");
    await server.as(user, 1, async ([connection]) => {
      await connection.query("delete from public.attachments");
    });
    const rest = await server.select(
      "select id from private.storage_deletions where path like $1",
      [
        `${user}/%`,
      ],
    );
    assert.ok(rest.length <= 3);
  },
);

test("one id sent by many at once is written once", { timeout }, async () => {
  const user = await server.makeUser();
  const session = await server.makeSession(user);
  const id = randomUUID();
  await server.as(user, 8, async (users) => {
    await Promise.all(users.map((one) => one.query(insert, [id, session, "d".repeat(64)])));
  });
  assert.deepEqual(
    await server.select("select count(*)::int as n from public.attachments where id = $1", [id]),
    [{ n: 1 }],
  );
});

test("workers share the queue without an object in two hands", { timeout }, async () => {
  await server.select("delete from private.storage_deletions");
  await server.select(
    `insert into private.storage_deletions (bucket_id, path, queued_at)
     select 'attachments', n::text, now() - interval '1 day' from generate_series(1, 200) as n`,
  );
  const hands = await Promise.all(
    Array.from(
      { length: 4 },
      () => server.select("select id from public.take_storage_deletions(100)"),
    ),
  );
  const ids = hands.flat().map((row) => row["id"]);
  assert.equal(ids.length, 200);
  assert.equal(new Set(ids).size, 200);
});
