import { platformEnv, readEnv } from "../_shared/env.ts";
import { checkDatabase } from "./database.ts";
import { createHandler } from "./handler.ts";

const env = readEnv(platformEnv);

Deno.serve(createHandler({
  checks: { database: () => checkDatabase(env) },
  serviceRoleKey: env.SUPABASE_SERVICE_ROLE_KEY,
  allowedOrigins: env.ALLOWED_ORIGINS,
}));
