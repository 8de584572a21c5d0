import { z } from "zod";
import { embedText, modelName } from "./deterministic.ts";
import type { EmbedEnv } from "./env.ts";

const dimensions = 384;

/** For each text its vector, or the reason why there is none. */
export type Vectors = (number[] | ProviderError)[];

/** What makes vectors out of texts. */
export interface Provider {
  /** The model's name, which the database has to be set to. */
  model: string;
  /** Throws a ProviderError when all fail for one reason. */
  embed(texts: string[]): Promise<Vectors>;
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
    embed: (texts) => {
      const end = Date.now() + timeoutMs;
      return oneByOne(texts, async (text) => {
        try {
          const run = session.run(text, { mean_pool: true, normalize: true });
          const vector = numbers.safeParse(await within(end - Date.now(), run)).data;
          return vector ?? new ProviderError("no vector", true);
        } catch (error) {
          throw error instanceof ProviderError
            ? error
            : new ProviderError("the model failed", true);
        }
      });
    },
  };
}

/** What fails for what a text is fails alone; for anything else the rest fails, and what there is is kept. */
async function oneByOne(
  texts: string[],
  embedOne: (text: string) => Promise<number[] | ProviderError>,
): Promise<Vectors> {
  const vectors: Vectors = [];
  for (const text of texts) {
    try {
      vectors.push(await embedOne(text));
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (error.isOfText) vectors.push(error);
      else if (vectors.length === 0) throw error;
      else return [...vectors, ...texts.slice(vectors.length).map(() => error)];
    }
  }
  return vectors;
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
  const call = async (input: string[]): Promise<Vectors> => {
    const signal = AbortSignal.timeout(env.EMBEDDING_TIMEOUT_MS);
    try {
      const response = await send(url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(EMBEDDING_API_KEY ? { authorization: `Bearer ${EMBEDDING_API_KEY}` } : {}),
        },
        body: JSON.stringify({
          model,
          input,
          // Some servers refuse it for a model that gives one number of them, that very number too.
          ...(env.EMBEDDING_SEND_DIMENSIONS ? { dimensions } : {}),
          encoding_format: "float",
        }),
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
  const callAlone = async (text: string): Promise<number[] | ProviderError> => {
    try {
      const [vector = new ProviderError("no vector", true)] = await call([text]);
      return vector;
    } catch (error) {
      if (!(error instanceof ProviderError && error.isOfText) || text.length <= enoughLength) {
        throw error;
      }
      return await callAlone(firstHalf(text));
    }
  };
  return {
    model,
    embed: async (texts) => {
      if (texts.length > 1) {
        try {
          return await call(texts);
        } catch (error) {
          if (!(error instanceof ProviderError && error.isOfText)) throw error;
        }
      }
      // One text that the provider refuses must not take the others along, and the lease has an end.
      const end = Date.now() + env.EMBEDDING_TIMEOUT_MS;
      return oneByOne(texts, (text) => {
        if (Date.now() >= end) throw new ProviderError("timeout");
        return callAlone(text);
      });
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
