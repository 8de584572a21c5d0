import { z } from "zod";
import { sessionFields } from "../_shared/schemas.ts";

/** Whose data: a server names a user or a session, a visitor the session, and users have their own. */
export const exportBody = z.strictObject({
  ...sessionFields,
  userId: z.guid().optional(),
});

export const eraseBody = exportBody.extend({ confirm: z.literal(true) });

export type Whose = z.output<typeof exportBody>;

export const exportedRows = z.array(z.object({ line: z.string(), next_cursor: z.string() }));

/** All that is looked at of a line, which goes out as it came. */
export const exportedLine = z.object({
  table: z.string(),
  row: z.object({ storage_path: z.string().optional() }),
});

export const receipt = z.object({
  id: z.string(),
  subject: z.string().nullable(),
  erased_at: z.string(),
  rows_erased: z.number(),
  counts: z.record(z.string(), z.number()),
  storage_objects: z.number(),
  audit_id: z.number(),
  audit_hash: z.string(),
});

export const sessionOfStats = z.object({ session_id: z.string() });

export const tokenClaims = z.object({ sub: z.string() });
