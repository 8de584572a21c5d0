import { z } from "zod";

/** A comma-separated list; empty when the variable is not set. */
const list = z.string().default("").transform((text) =>
  text.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "")
);

/** What every function is given by the platform, and the origins that browsers may call it from. */
export const platformEnv = z.object({
  SUPABASE_URL: z.url(),
  SUPABASE_ANON_KEY: z.string().min(1),
  SUPABASE_SERVICE_ROLE_KEY: z.string().min(1),
  ALLOWED_ORIGINS: list,
});

/** Reads the environment once at start; fails with the names of the variables that are wrong, never their values. */
export function readEnv<Schema extends z.ZodType>(
  schema: Schema,
  source: Record<string, string | undefined> = Deno.env.toObject(),
): z.output<Schema> {
  const read = schema.safeParse(source);
  if (read.success) return read.data;
  const problems = read.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`environment: ${problems.join("; ")}`);
}
