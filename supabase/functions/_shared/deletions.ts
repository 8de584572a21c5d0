import { z } from "zod";
import type { Caller } from "./auth.ts";
import type { Rpc } from "./rpc.ts";
import { type Storage, StorageError } from "./storage.ts";

const queued = z.array(z.object({
  id: z.number(),
  bucket_id: z.string(),
  path: z.string(),
  leased_until: z.string(),
}));

type Item = z.output<typeof queued>[number];

export interface DeletionDeps {
  rpc: Rpc;
  storage: Storage;
  now?: () => number;
}

const batchSize = 100;
/** Of a lease of five minutes: what Storage is asked to delete may take some time to be gone. */
const reserveMs = 120_000;

/**
 * Deletes queued objects until none is due, the time is over or Storage does not answer. What fails stays in the queue
 * and is handed out again when its lease has ended.
 */
export async function deleteQueued(
  { rpc, storage, now = Date.now }: DeletionDeps,
  budgetMs: number,
  caller: Caller = { kind: "service" },
): Promise<{ deleted: string[]; failed: number; left: boolean }> {
  const end = now() + budgetMs;
  const deleted: string[] = [];
  let failed = 0;
  while (now() < end) {
    const items = queued.parse(
      await rpc(caller, "take_storage_deletions", { p_limit: batchSize }),
    );
    if (items.length === 0) return { deleted, failed, left: false };
    let isDown = false;
    for (const [bucket, mine] of Map.groupBy(items, ({ bucket_id }) => bucket_id)) {
      const done = await deleteObjects({ storage, now }, bucket, mine);
      isDown ||= done.isDown;
      failed += mine.length - done.gone.length;
      deleted.push(...done.gone.map(({ path }) => path));
      if (done.gone.length > 0) {
        await rpc(caller, "settle_storage_deletions", {
          p_ids: done.gone.map(({ id }) => id),
        });
      }
    }
    if (isDown) break;
  }
  return { deleted, failed, left: true };
}

async function deleteObjects(
  deps: { storage: Storage; now: () => number },
  bucket: string,
  items: Item[],
): Promise<{ gone: Item[]; isDown: boolean }> {
  // Behind the end of the lease the path may be in use again.
  const isLate = items.some((item) => Date.parse(item.leased_until) - deps.now() < reserveMs);
  if (isLate) return { gone: [], isDown: true };
  const { storage } = deps;
  try {
    const found = new Set(await storage.remove(bucket, items.map(({ path }) => path)));
    const unsure = items.filter(({ path }) => !found.has(path));
    if (unsure.length === 0) return { gone: items, isDown: false };
    // What was never there is gone; what can still be read was kept.
    const kept = await storage.sign(bucket, unsure.map(({ path }) => path), 1)
      .catch(() => undefined);
    return {
      gone: items.filter(({ path }) => found.has(path) || (kept && !kept.has(path))),
      isDown: kept === undefined,
    };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (!error.isRefusal) return { gone: [], isDown: true };
    if (items.length === 1) return { gone: [], isDown: false };
  }
  // One that is refused must not take the others along.
  const middle = Math.ceil(items.length / 2);
  const first = await deleteObjects(deps, bucket, items.slice(0, middle));
  if (first.isDown) return first;
  const second = await deleteObjects(deps, bucket, items.slice(middle));
  return { gone: [...first.gone, ...second.gone], isDown: second.isDown };
}
