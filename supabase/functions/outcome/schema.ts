import { z } from "zod";
import { namesSession, sessionFields, sessionMissing } from "../_shared/schemas.ts";

const products = z.array(z.string().min(1).max(200)).max(1000);

export const outcomeBody = z.strictObject({
  ...sessionFields,
  productsViewed: products.optional(),
  productsAddedToCart: products.optional(),
  queryType: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 _./:-]{0,63}$/, {
    error: "expected a label of at most 64 letters, digits, spaces and _ . / : -",
  }).optional(),
  conversionOccurred: z.boolean().optional(),
  conversionValueUsd: z.number().min(0).lt(1e9).optional(),
}).refine(namesSession, sessionMissing).refine(
  ({ sessionId: _, sessionToken: __, ...outcome }) =>
    Object.values(outcome).some((value) => value !== undefined),
  { message: "give at least one outcome" },
);
