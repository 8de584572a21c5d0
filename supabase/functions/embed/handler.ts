import { type Caller, requireService } from "../_shared/auth.ts";
import { HttpError } from "../_shared/errors.ts";
import { createFunction } from "../_shared/http.ts";
import type { Rpc } from "../_shared/rpc.ts";
import { parse } from "../_shared/schemas.ts";
import type { EmbedEnv } from "./env.ts";
import { type Provider, ProviderError, type Vectors } from "./providers.ts";
import {
  embedBody,
  type EmbeddingJob,
  embeddingJobs,
  embeddingResults,
  queueStats,
} from "./schema.ts";

export interface EmbedDeps {
  env: EmbedEnv;
  rpc: Rpc;
  provider: Provider | undefined;
  log?: (line: string) => void;
  now?: () => number;
}

const batchSize = 32;
const defaultLimit = 128;
/** After it no other batch is begun: a call of a schedule is over before the next. */
const budgetMs = 30_000;
/** Of five. */
const lastAttempts = 4;

/** POST embed: takes due texts from the queue, has them embedded, and gives the vectors back. */
export function createHandler(deps: EmbedDeps) {
  const { env, log } = deps;
  return createFunction({
    name: "embed",
    allowedOrigins: env.ALLOWED_ORIGINS,
    log,
    routes: {
      "": {
        method: "POST",
        handle: async ({ request, json }) => {
          const caller = await requireService(request, env);
          const { value } = parse(embedBody, await json());
          return await work(deps, caller, value.limit ?? defaultLimit);
        },
      },
    },
  });
}

async function work(
  deps: EmbedDeps,
  caller: Caller,
  limit: number,
): Promise<Record<string, unknown>> {
  const { rpc, now = Date.now } = deps;
  const began = now();
  const counts = { embedded: 0, failed: 0, dead: 0 };
  const stats = async () => queueStats.parse(await rpc(caller, "embedding_queue_stats", {}));
  const before = await stats();
  if (!before.is_enabled) return { success: true, ...counts, remaining: 0 };
  const provider = configured(deps.provider, before.model);
  for (let left = limit; left > 0 && now() - began < budgetMs;) {
    const jobs = embeddingJobs.parse(
      await rpc(caller, "claim_embedding_jobs", { p_limit: Math.min(left, batchSize) }),
    );
    if (jobs.length === 0) break;
    left -= jobs.length;
    const { vectors, isDown } = await embed(provider, jobs);
    for (const outcome of await giveBack(rpc, caller, provider, jobs, vectors)) {
      if (outcome in counts) counts[outcome as keyof typeof counts]++;
    }
    // The others would fail alike, and have five attempts.
    if (isDown) break;
  }
  return { success: true, ...counts, remaining: (await stats()).due };
}

function configured(provider: Provider | undefined, model: string | null): Provider {
  if (!provider) {
    throw notConfigured(
      "Set EMBEDDING_API_URL and EMBEDDING_MODEL, or EMBEDDING_PROVIDER: docs/edge-functions.md.",
    );
  }
  if (provider.model === model) return provider;
  throw notConfigured(
    "The database is set to another model: call set_embedding_model with the one that this makes vectors of.",
  );
}

function notConfigured(hint: string): HttpError {
  return new HttpError(503, "NOT_CONFIGURED", "No embeddings here", { hint });
}

async function embed(
  provider: Provider,
  jobs: EmbeddingJob[],
): Promise<{ vectors: Vectors; isDown: boolean }> {
  // What fails for one text may fail a whole batch: before they are given up, texts are tried alone.
  const size = jobs.some((job) => job.attempts >= lastAttempts) ? 1 : jobs.length;
  const vectors: Vectors = [];
  let down = 0;
  while (vectors.length < jobs.length) {
    const texts = jobs.slice(vectors.length, vectors.length + size).map((job) => job.content);
    try {
      const made = await provider.embed(texts);
      vectors.push(...made);
      down = made.some((vector) => vector instanceof ProviderError && !vector.isOfText) ? 1 : 0;
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      down = error.isOfText ? 0 : down + 1;
      // Twice in a row it is not the text, and the lease has an end.
      const failed = down === 2 ? jobs.length - vectors.length : texts.length;
      for (let count = 0; count < failed; count++) vectors.push(error);
    }
  }
  // Where it made none it is not for what the texts are.
  const madeNone = vectors.every((vector) => vector instanceof ProviderError);
  return { vectors, isDown: down > 0 || madeNone };
}

async function giveBack(
  rpc: Rpc,
  caller: Caller,
  provider: Provider,
  jobs: EmbeddingJob[],
  vectors: Vectors,
): Promise<string[]> {
  const results: Record<string, unknown>[] = [];
  const failures: Record<string, unknown>[] = [];
  for (const [at, { message_id, content_hash }] of jobs.entries()) {
    const vector = vectors[at] ?? new ProviderError("no vector");
    if (vector instanceof ProviderError) failures.push({ message_id, error: vector.message });
    else {
      results.push({ message_id, content_hash, model: provider.model, embedding: vector });
    }
  }
  const outcomes: string[] = [];
  const call = async (name: string, args: Record<string, unknown[]>) => {
    if (Object.values(args).every((items) => items.length === 0)) return;
    const made = embeddingResults.parse(await rpc(caller, name, args));
    outcomes.push(...made.map(({ outcome }) => outcome));
  };
  await call("complete_embedding_jobs", { p_results: results });
  await call("fail_embedding_jobs", { p_failures: failures });
  return outcomes;
}
