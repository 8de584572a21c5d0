import { z } from "zod";

export const cleanupBody = z.strictObject({});
