import { z } from "zod";
import { secretForm } from "../_shared/auth.ts";
import { namesSession, sessionFields, sessionMissing } from "../_shared/schemas.ts";

const secret = z.string().regex(secretForm, {
  error: "43 to 255 characters of A-Z a-z 0-9 _ -",
});

export const startBody = z.strictObject({
  sessionToken: z.string().min(1).max(255),
  sessionSecret: secret.optional(),
  userAgent: z.string().optional(),
  referrer: z.string().optional(),
  deviceType: z.enum(["mobile", "tablet", "desktop"]).optional(),
});

/** All that end and stats are told. */
export const sessionName = z.strictObject(sessionFields).refine(namesSession, sessionMissing);

export const claimBody = z.strictObject({
  ...sessionFields,
  sessionSecret: secret.optional(),
})
  .refine(namesSession, sessionMissing);

/** Of a query string, where all is text. */
const wholeNumber = z.string().regex(/^\d{1,9}$/, {
  error: "expected a whole number",
})
  .transform(Number);

export const historyQuery = z.strictObject({
  ...sessionFields,
  limit: wholeNumber.pipe(z.number().min(1).max(200)).default(50),
  before: wholeNumber.pipe(z.number().min(1)).optional(),
}).refine(namesSession, sessionMissing);

export const storedMessages = z.array(z.object({
  id: z.string(),
  role: z.string(),
  content: z.string().nullable(),
  status: z.string(),
  sequence_order: z.number(),
  parent_message_id: z.string().nullable(),
  mood: z.string().nullable(),
  provider: z.string().nullable(),
  model_used: z.string().nullable(),
  latency_ms: z.number().nullable(),
  tool_calls: z.unknown(),
  error_message: z.string().nullable(),
  metadata: z.unknown(),
  created_at: z.string(),
}));

export const storedStats = z.object({
  session_id: z.string(),
  message_count: z.number(),
  conversation_count: z.number(),
  started_at: z.string(),
  last_activity_at: z.string().nullable(),
  avg_latency_ms: z.number().nullable(),
  total_tokens: z.number(),
  total_cost_usd: z.string(),
});
