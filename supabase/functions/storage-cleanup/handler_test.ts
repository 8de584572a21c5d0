import { assertEquals } from "@std/assert";
import { fakeDeps, fakeKeys, post, service, user } from "../_shared/fakes.ts";
import { type Storage, StorageError } from "../_shared/storage.ts";
import { createHandler } from "./handler.ts";

const start = Date.parse("2026-01-01T00:00:00Z");

/** A queue with so many batches of four, and the time that a batch takes. */
function make(
  batches: number,
  remove: Storage["remove"],
  options: { ms?: number; lease?: number } = {},
) {
  let time = start;
  let taken = 0;
  const settled: number[] = [];
  const deps = fakeDeps(null);
  const handle = createHandler({
    env: { ...deps.env, STORAGE_TIMEOUT_MS: 1000 },
    now: () => time,
    storage: { remove, sign: () => Promise.resolve(new Map()) },
    rpc: (caller, name, args) => {
      assertEquals(caller, { kind: "service", key: fakeKeys.SUPABASE_SERVICE_ROLE_KEY });
      if (name === "settle_storage_deletions") {
        settled.push(...args["p_ids"] as number[]);
        return Promise.resolve(settled.length);
      }
      time += options.ms ?? 1;
      if (taken++ >= batches) return Promise.resolve([]);
      const leased_until = new Date(time + (options.lease ?? 300_000))
        .toISOString();
      return Promise.resolve([1, 2, 3, 4].map((at) => {
        const id = taken * 10 + at;
        return {
          id,
          bucket_id: at === 4 ? "other" : "attachments",
          path: `p${id}`,
          leased_until,
        };
      }));
    },
    log: () => undefined,
  });
  const call = async () => await (await handle(post("storage-cleanup", {}, service))).json();
  return { handle, call, settled };
}

const works: Storage["remove"] = (_bucket, paths) => Promise.resolve(paths);

Deno.test("all batches, bucket by bucket, until the queue is empty", async () => {
  const { call, settled } = make(2, works);
  assertEquals(await call(), {
    success: true,
    deleted: 8,
    failed: 0,
    left: false,
  });
  assertEquals(settled, [11, 12, 13, 14, 21, 22, 23, 24]);
});

Deno.test("no batch is taken when the time is over", async () => {
  const { call } = make(100, works, { ms: 10_000 });
  assertEquals(await call(), {
    success: true,
    deleted: 12,
    failed: 0,
    left: true,
  });
});

Deno.test("near the end of the lease nothing is deleted", async () => {
  const asked: string[] = [];
  const { call, settled } = make(1, (bucket, paths) => {
    asked.push(bucket);
    return Promise.resolve(paths);
  }, { lease: 100_000 });
  assertEquals(await call(), {
    success: true,
    deleted: 0,
    failed: 4,
    left: true,
  });
  assertEquals([asked, settled], [[], []]);
});

Deno.test("one that is refused stays, and the others go", async () => {
  const { call, settled } = make(
    1,
    (_bucket, paths) =>
      paths.includes("p12")
        ? Promise.reject(new StorageError("HTTP 400", true))
        : Promise.resolve(paths),
  );
  assertEquals(await call(), {
    success: true,
    deleted: 3,
    failed: 1,
    left: false,
  });
  assertEquals(settled, [11, 13, 14]);
});

Deno.test("Storage that does not answer has deleted nothing", async () => {
  const { call, settled } = make(2, () => Promise.reject(new StorageError("TimeoutError")));
  assertEquals(await call(), { success: true, deleted: 0, failed: 4, left: true });
  assertEquals(settled, []);
});

Deno.test("a mistake of ours is no answer of Storage", async () => {
  const { handle } = make(1, () => Promise.reject(new TypeError("ours")));
  assertEquals((await handle(post("storage-cleanup", {}, service))).status, 500);
  assertEquals((await handle(post("storage-cleanup", {}, user))).status, 401);
});
