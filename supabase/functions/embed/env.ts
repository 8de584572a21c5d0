import { z } from "zod";
import { platformEnv, unless, wholeNumber } from "../_shared/env.ts";

export const embedEnv = platformEnv.extend({
  EMBEDDING_PROVIDER: unless(z.enum(["gte-small", "openai", "deterministic"]).optional()),
  EMBEDDING_API_URL: unless(z.url().optional()),
  EMBEDDING_API_KEY: unless(z.string().optional()),
  EMBEDDING_MODEL: unless(z.string().max(200).optional()),
  EMBEDDING_SEND_DIMENSIONS: unless(z.enum(["true", "false"]).default("true"))
    .transform((text) => text === "true"),
  EMBEDDING_TIMEOUT_MS: wholeNumber(10, 50_000, 20_000),
});

export type EmbedEnv = z.output<typeof embedEnv>;
