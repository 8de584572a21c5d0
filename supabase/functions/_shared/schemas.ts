import { z } from "zod";
import type { Caller } from "./auth.ts";
import { invalid } from "./errors.ts";
import { makeStorable, unstorable } from "./json.ts";

/** How a session is named; one of the two is enough. */
export const sessionFields = {
  sessionId: z.guid().optional(),
  sessionToken: z.string().min(1).max(255).optional(),
};

export interface SessionName {
  sessionId?: string | undefined;
  sessionToken?: string | undefined;
}

export function namesSession(given: SessionName): boolean {
  return given.sessionId !== undefined || given.sessionToken !== undefined;
}

export const sessionMissing = {
  path: ["sessionId"],
  message: "name the session by sessionId or sessionToken",
};

/** A session as the database gives it back. */
export const visitorSession = z.object({
  session_id: z.string(),
  session_token: z.string().nullable(),
  started_at: z.string(),
  ended_at: z.string().nullable(),
  expires_at: z.string().nullable(),
  claimed_at: z.string().nullable(),
});

export interface Parsed<Schema extends z.ZodType> {
  value: z.output<Schema>;
  /** Only ever of the service, whose answers are paid for and must not be lost. */
  replacedCharacters: boolean;
}

/** What a caller sent, by the rules of `schema`; a refusal names the first field that breaks one. */
export function parse<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  caller?: Caller,
): Parsed<Schema> {
  const { value, replaced } = caller?.kind === "service"
    ? makeStorable(given)
    : { value: given, replaced: false };
  const problem = unstorable(value);
  if (problem) throw invalid(problem.slice(0, maxHint));
  return { value: parseShape(schema, value), replacedCharacters: replaced };
}

/** As parse, for what holds text that is judged later. */
export function parseShape<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
): z.output<Schema> {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const field = issue?.path.map(String).join(".") || "body";
  throw invalid(`${field}: ${issue?.message ?? "invalid"}`.slice(0, maxHint));
}

/** A hint repeats the names of fields that the caller made up. */
const maxHint = 300;
