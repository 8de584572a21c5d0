import { z } from "zod";

export const embedBody = z.strictObject({
  limit: z.number().int().min(1).max(1000).optional(),
});

export const queueStats = z.object({
  model: z.string().nullable(),
  is_enabled: z.boolean(),
  due: z.number(),
});

export const embeddingJobs = z.array(z.object({
  message_id: z.string(),
  content: z.string(),
  content_hash: z.string(),
  model: z.string(),
  attempts: z.number(),
}));

export type EmbeddingJob = z.output<typeof embeddingJobs>[number];

export const embeddingResults = z.array(z.object({
  message_id: z.string(),
  outcome: z.enum(["embedded", "stale", "gone", "busy", "failed", "dead"]),
}));
