import type { z } from "zod";
import { requireService } from "../_shared/auth.ts";
import { deleteQueued, type DeletionDeps } from "../_shared/deletions.ts";
import { createFunction } from "../_shared/http.ts";
import { parse } from "../_shared/schemas.ts";
import type { cleanupEnv } from "./env.ts";
import { cleanupBody } from "./schema.ts";

export interface CleanupDeps extends DeletionDeps {
  env: z.output<typeof cleanupEnv>;
  log?: (line: string) => void;
}

/** After it no other batch is taken: a call of a schedule is over before the next. */
const budgetMs = 30_000;

/** POST storage-cleanup: deletes the objects that nothing refers to any more. */
export function createHandler(deps: CleanupDeps) {
  const { env, log } = deps;
  return createFunction({
    name: "storage-cleanup",
    allowedOrigins: env.ALLOWED_ORIGINS,
    log,
    routes: {
      "": {
        method: "POST",
        handle: async ({ request, json }) => {
          const caller = await requireService(request, env);
          parse(cleanupBody, await json());
          const { deleted, failed, left } = await deleteQueued(deps, budgetMs, caller);
          return { success: true, deleted: deleted.length, failed, left };
        },
      },
    },
  });
}
