import { z } from "zod";

/** A variable that is set to nothing counts as not set: that is how `.env` files leave one out. */
export function unless<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => value === "" ? undefined : value, schema);
}

/** Separated by commas; none when the variable is not set. */
const origins = z.string().default("").transform((text, context) => {
  const entries = text.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "");
  if (!entries.every(isOrigin)) {
    context.addIssue("expected *, or origins as browsers send them, such as https://app.example");
  }
  return entries;
});

/** Whether a browser could send this; of another spelling every page would be refused, and nobody told why. */
function isOrigin(text: string): boolean {
  if (text === "*") return true;
  // Apps have schemes of their own, whose origin URL does not tell.
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*\\]+$/.test(text)) return false;
  return !/^https?:/.test(text) || (URL.canParse(text) && new URL(text).origin === text);
}

export function wholeNumber(min: number, max: number, otherwise: number) {
  return unless(z.coerce.number().int().min(min).max(max).default(otherwise));
}

/** `{"default": "sb_secret_...", ...}`: keys of the new kind by their names; none where there are only the old ones. */
const newKeys = z.string().default("").transform((text, context) => {
  const keys = keysIn(text);
  if (!keys) context.addIssue("expected a JSON object of keys by their names");
  return keys ?? [];
});

/** What every function is given by the platform, and the origins that browsers may call it from. */
export const platformEnv = z.object({
  SUPABASE_URL: z.url(),
  SUPABASE_ANON_KEY: z.string().min(1),
  SUPABASE_SERVICE_ROLE_KEY: z.string().min(1),
  SUPABASE_PUBLISHABLE_KEYS: newKeys,
  SUPABASE_SECRET_KEYS: newKeys,
  ALLOWED_ORIGINS: origins,
});

/** The default one first; undefined for anything else than such an object. */
function keysIn(text = ""): string[] | undefined {
  if (text === "") return [];
  try {
    const { default: first, ...others } = z.record(z.string(), z.string().min(1))
      .parse(JSON.parse(text));
    return [...(first === undefined ? [] : [first]), ...Object.values(others)];
  } catch {
    return undefined;
  }
}

type SecretEnv = Pick<
  z.output<typeof platformEnv>,
  "SUPABASE_SECRET_KEYS" | "SUPABASE_SERVICE_ROLE_KEY"
>;

/** The keys that open everything, the one that functions call with first. */
export function serviceKeys(env: SecretEnv): [string, ...string[]] {
  const [first, ...others] = env.SUPABASE_SECRET_KEYS;
  const old = env.SUPABASE_SERVICE_ROLE_KEY;
  return first === undefined ? [old] : [first, ...others, old];
}

/** How a key is sent: one of the new kind is no token. */
export function keyHeaders(key: string): Record<string, string> {
  return { apikey: key, ...(key.startsWith("sb_") ? {} : { authorization: `Bearer ${key}` }) };
}

/** What the functions that log chats read as well; .env.example says what each variable does. */
export const loggingEnv = platformEnv.extend({
  ENABLE_CHAT_LOGGING: z.string().optional().transform((text) => text === "true"),
  // Judged where it is used: a missing one must not keep health from saying so.
  USER_ID_SALT: z.string().default(""),
  CHAT_LOG_RETENTION_DAYS: wholeNumber(1, 36_500, 90),
  TRUSTED_PROXY_HOPS: wholeNumber(1, 100, 1),
  IP_MODE: unless(z.enum(["hash", "truncate", "none"]).default("hash")),
  RATE_LIMIT_PER_MINUTE: wholeNumber(1, 1_000_000, 120),
});

export type LoggingEnv = z.output<typeof loggingEnv>;

/** Reads the environment once at start; fails with the names of the variables that are wrong, never their values. */
export function readEnv<Schema extends z.ZodType>(
  schema: Schema,
  source: Record<string, string | undefined> = Deno.env.toObject(),
): z.output<Schema> {
  const read = schema.safeParse({ ...source, ...keysOfOldNames(source) });
  if (read.success) return read.data;
  const problems = read.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`environment: ${problems.join("; ")}`);
}

/** A project may have keys of the new kind alone: those stand for the old ones. */
function keysOfOldNames(source: Record<string, string | undefined>) {
  return {
    SUPABASE_ANON_KEY: source["SUPABASE_ANON_KEY"] ||
      keysIn(source["SUPABASE_PUBLISHABLE_KEYS"])?.[0],
    SUPABASE_SERVICE_ROLE_KEY: source["SUPABASE_SERVICE_ROLE_KEY"] ||
      keysIn(source["SUPABASE_SECRET_KEYS"])?.[0],
  };
}

/** Printed in tutorials: hashes made with one of them can be turned back by anybody. */
const knownSalts = ["default-salt-change-this", "your-generated-salt-here"];

/** Why no visitor can be hashed with this salt; undefined when it is a good one. */
export function saltProblem(salt: string): string | undefined {
  if (salt === "") return "USER_ID_SALT is not set";
  if (knownSalts.some((known) => salt.includes(known))) {
    return "USER_ID_SALT is a known default";
  }
  if (salt.length < 32) return "USER_ID_SALT is shorter than 32 characters";
  return undefined;
}
