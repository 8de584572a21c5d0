import { z } from "zod";
import { keyHeaders, platformEnv, serviceKeys, wholeNumber } from "./env.ts";

export const storageVariables = {
  STORAGE_TIMEOUT_MS: wholeNumber(10, 60_000, 10_000),
};

/** The two calls of the Storage API that are needed here. */
export interface Storage {
  /** Deletes objects, and names those that it found. */
  remove(bucket: string, paths: string[]): Promise<string[]>;
  /** Addresses to read objects by, by path; of what is not there, none. */
  sign(bucket: string, paths: string[], seconds: number): Promise<Map<string, string>>;
}

export class StorageError extends Error {
  /** Whether it is about what was asked; other calls may do better. */
  readonly isRefusal: boolean;

  constructor(message: string, isRefusal = false) {
    super(message);
    this.name = "StorageError";
    this.isRefusal = isRefusal;
  }
}

const removed = z.array(z.object({ name: z.string() }));
const signed = z.array(z.object({ path: z.string(), signedURL: z.string().nullish() }));

const storageEnv = platformEnv.extend(storageVariables);

export function createStorage(env: z.output<typeof storageEnv>): Storage {
  const base = `${env.SUPABASE_URL}/storage/v1`;
  const key = serviceKeys(env)[0];
  const call = async <Schema extends z.ZodType>(
    method: string,
    path: string,
    body: Record<string, unknown>,
    schema: Schema,
  ): Promise<z.output<Schema>> => {
    try {
      const response = await fetch(`${base}/${path}`, {
        method,
        headers: {
          ...keyHeaders(key),
          "content-type": "application/json",
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(env.STORAGE_TIMEOUT_MS),
      });
      if (response.ok) return schema.parse(await response.json());
      await response.body?.cancel();
      throw new StorageError(
        `HTTP ${response.status}`,
        [400, 404, 413, 422].includes(response.status),
      );
    } catch (error) {
      if (error instanceof StorageError) throw error;
      // Unreachable, too slow, or no Storage server.
      throw new StorageError(error instanceof Error ? error.name : "unreachable");
    }
  };
  return {
    remove: async (bucket, prefixes) => {
      const answer = await call(
        "DELETE",
        `object/${bucket}`,
        { prefixes },
        removed,
      );
      return answer.map(({ name }) => name);
    },
    sign: async (bucket, paths, expiresIn) => {
      const answer = await call("POST", `object/sign/${bucket}`, {
        paths,
        expiresIn,
      }, signed);
      return new Map(
        answer.flatMap(({ path, signedURL }) => signedURL ? [[path, `${base}${signedURL}`]] : []),
      );
    },
  };
}
