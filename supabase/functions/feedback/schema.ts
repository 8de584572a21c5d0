import { z } from "zod";
import { namesSession, sessionFields, sessionMissing } from "../_shared/schemas.ts";

export const feedbackBody = z.strictObject({
  ...sessionFields,
  userSatisfaction: z.number().int().min(1).max(5),
}).refine(namesSession, sessionMissing);
