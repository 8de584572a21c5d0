import { z } from "zod";
import { embedText, modelName } from "./deterministic.ts";
import type { EmbedEnv } from "./env.ts";

const dimensions = 384;

/** What makes vectors out of texts. */
export interface Provider {
  /** The model's name, which the database has to be set to. */
  model: string;
  /** A vector or the reason why there is none, for each text. Throws a ProviderError when all fail for one reason. */
  embed(texts: string[]): Promise<(number[] | ProviderError)[]>;
}

/** Its message is a constant, never what a provider said: that may quote the text. */
export class ProviderError extends Error {
  /** Whether other texts may succeed. */
  readonly isOfText: boolean;

  constructor(message: string, isOfText = false) {
    super(message);
    this.name = "ProviderError";
    this.isOfText = isOfText;
  }
}

/** The runtime of Supabase's edge functions has a small model of its own. */
interface AiSession {
  run(text: string, options: { mean_pool: boolean; normalize: boolean }): Promise<unknown>;
}
interface AiRuntime {
  Session: new (model: string) => AiSession;
}

/** The one that EMBEDDING_PROVIDER names, else gte-small where the runtime has it, else the endpoint. */
export function chooseProvider(
  env: EmbedEnv,
  runtime: AiRuntime | undefined = findRuntime(),
  send: typeof fetch = fetch,
): Provider | undefined {
  const endpoint = env.EMBEDDING_API_URL !== undefined && env.EMBEDDING_MODEL !== undefined;
  const name = env.EMBEDDING_PROVIDER ?? (runtime ? "gte-small" : endpoint ? "openai" : undefined);
  switch (name) {
    case "gte-small":
      return runtime && gteSmall(runtime, env.EMBEDDING_TIMEOUT_MS);
    case "openai":
      return endpoint ? openAi(env, send) : undefined;
    case "deterministic":
      return {
        model: modelName,
        embed: (texts) => Promise.resolve(texts.map((text) => embedText(text, dimensions))),
      };
  }
  return undefined;
}

function findRuntime(): AiRuntime | undefined {
  const supabase: unknown = Reflect.get(globalThis, "Supabase");
  if (typeof supabase !== "object" || supabase === null || !("ai" in supabase)) return undefined;
  // Of the runtime, which has no types here.
  return supabase.ai as AiRuntime;
}

function gteSmall(runtime: AiRuntime, timeoutMs: number): Provider {
  const session = new runtime.Session("gte-small");
  return {
    model: "gte-small",
    embed: async (texts) => {
      const vectors: (number[] | ProviderError)[] = [];
      const end = Date.now() + timeoutMs;
      for (const [at, text] of texts.entries()) {
        try {
          const run = session.run(text, { mean_pool: true, normalize: true });
          const vector = numbers.safeParse(await within(end - Date.now(), run)).data;
          vectors.push(vector ?? new ProviderError("no vector", true));
        } catch (error) {
          if (!(error instanceof ProviderError)) {
            vectors.push(new ProviderError("the model failed", true));
            continue;
          }
          if (at === 0) throw error;
          // Too slow for all of them: what it came to is kept.
          return [...vectors, ...texts.slice(at).map(() => error)];
        }
      }
      return vectors;
    },
  };
}

const numbers = z.array(z.number());
const answer = z.object({
  data: z.array(
    z.object({ index: z.number().int(), embedding: numbers.optional().catch(undefined) }),
  ),
});

function openAi(env: EmbedEnv, send: typeof fetch): Provider {
  const { EMBEDDING_API_URL = "", EMBEDDING_API_KEY, EMBEDDING_MODEL: model = "" } = env;
  const url = `${EMBEDDING_API_URL.replace(/\/+$/, "")}/embeddings`;
  const call = async (input: string[]): Promise<(number[] | ProviderError)[]> => {
    const signal = AbortSignal.timeout(env.EMBEDDING_TIMEOUT_MS);
    try {
      const response = await send(url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(EMBEDDING_API_KEY ? { authorization: `Bearer ${EMBEDDING_API_KEY}` } : {}),
        },
        body: JSON.stringify({ model, input, dimensions, encoding_format: "float" }),
        signal,
      });
      if (!response.ok) {
        await response.body?.cancel();
        throw new ProviderError(`HTTP ${response.status}`, isOfText(response.status));
      }
      const read = answer.safeParse(await response.json());
      if (!read.success) throw new ProviderError("an answer of another form");
      const vectors = new Map(read.data.data.map((item) => [item.index, item.embedding]));
      return input.map((_, at) => vectors.get(at) ?? new ProviderError("no vector", true));
    } catch (error) {
      if (error instanceof ProviderError) throw error;
      if (signal.aborted) throw new ProviderError("timeout");
      throw new ProviderError(
        error instanceof SyntaxError ? "an answer that is no JSON" : "unreachable",
      );
    }
  };
  // Many models read 512 tokens, and their servers refuse a longer text instead of cutting it.
  const callAlone = async (text: string): Promise<(number[] | ProviderError)[]> => {
    try {
      return await call([text]);
    } catch (error) {
      if (!(error instanceof ProviderError && error.isOfText)) throw error;
      return text.length > enoughLength ? await callAlone(firstHalf(text)) : [error];
    }
  };
  return {
    model,
    embed: async (texts) => {
      const [only] = texts;
      if (only !== undefined && texts.length === 1) return await callAlone(only);
      try {
        return await call(texts);
      } catch (error) {
        if (!(error instanceof ProviderError && error.isOfText)) throw error;
      }
      // One text that the provider refuses must not take the others along.
      const vectors: (number[] | ProviderError)[] = [];
      // The lease has an end.
      const end = Date.now() + env.EMBEDDING_TIMEOUT_MS;
      for (const [at, text] of texts.entries()) {
        try {
          if (Date.now() >= end) throw new ProviderError("timeout");
          vectors.push(...await callAlone(text));
        } catch (error) {
          if (!(error instanceof ProviderError)) throw error;
          // It fails now: what it came to is kept.
          vectors.push(...texts.slice(at).map(() => error));
          break;
        }
      }
      return vectors;
    },
  };
}

/** A text of so many characters or less is not refused for its length. */
const enoughLength = 400;

/** Without half of a surrogate pair at its end. */
function firstHalf(text: string): string {
  return text.slice(0, text.length >> 1).replace(/[\ud800-\udbff]$/, "");
}

/** Too long, or otherwise refused for what it is; not for who asks, how often, or where. */
function isOfText(status: number): boolean {
  return [400, 413, 422].includes(status);
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ProviderError("timeout")), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
