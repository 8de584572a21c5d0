import { z } from "zod";
import { namesSession, sessionFields, sessionMissing } from "../_shared/schemas.ts";

const count = z.number().int().min(0).max(2_147_483_647);
/** Clocks give fractions of a millisecond. */
const milliseconds = z.number().min(0).max(2_147_483_647).transform(Math.round);
/** As it came: z.record leaves out a key named __proto__. */
const object = z.custom<Record<string, unknown>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  { error: "expected an object" },
);
const text = z.string();

export const turnBody = z.strictObject({
  turnId: z.guid(),
  ...sessionFields,
  userMessage: text.min(1),
  aiResponse: text.optional(),
  mood: text.optional(),
  responseTimeMs: milliseconds.optional(),
  provider: text.optional(),
  model: text.optional(),
  costUsd: z.union([
    z.number().min(0).lt(1e9),
    text.regex(/^\d{1,9}(\.\d{1,20})?$/),
  ], {
    error: "expected US dollars as a number or a decimal string, 0 or more and below 1000000000",
  }).optional(),
  usage: z.strictObject({
    tokensUsed: count.optional(),
    inputTokens: count.optional(),
    outputTokens: count.optional(),
    cachedInputTokens: count.optional(),
    cacheWriteTokens: count.optional(),
    cacheWrite1hTokens: count.optional(),
    reasoningTokens: count.optional(),
  }).optional(),
  toolCalls: z.array(z.unknown()).optional(),
  errorMessage: text.optional(),
  finishReason: text.optional(),
  serviceTier: text.optional(),
  similarQaMatches: z.unknown().optional(),
  similarityScores: z.array(z.number()).optional(),
  embedding: z.array(z.number()).length(384).optional(),
  metadata: object.optional(),
}).refine(namesSession, sessionMissing).refine(
  ({ aiResponse, toolCalls, errorMessage }) =>
    [aiResponse, toolCalls, errorMessage].some((answer) => answer !== undefined),
  {
    path: ["aiResponse"],
    message: "give an answer: aiResponse, toolCalls or errorMessage",
  },
);

/** Its turns are judged one by one: a bad one does not hold up the others. */
export const batchBody = z.strictObject({
  turns: z.array(z.unknown()).min(1).max(100),
});

export const loggedTurns = z.array(z.object({
  turn_id: z.string().nullable(),
  session_id: z.string().nullable(),
  inserted: z.boolean().nullable(),
  status: z.number(),
  code: z.string().nullable(),
  message: z.string().nullable(),
  hint: z.string().nullable(),
}));

export type LoggedTurn = z.output<typeof loggedTurns>[number];
