import { loggingEnv, readEnv } from "../_shared/env.ts";
import { checkConfiguration } from "./configuration.ts";
import { checkDatabase } from "./database.ts";
import { createHandler } from "./handler.ts";
import { checkStore } from "./store.ts";

const env = readEnv(loggingEnv);

Deno.serve(createHandler({
  checks: {
    database: () => checkDatabase(env),
    configuration: () => checkConfiguration(env),
    store: checkStore(env),
  },
  serviceRoleKey: env.SUPABASE_SERVICE_ROLE_KEY,
  allowedOrigins: env.ALLOWED_ORIGINS,
}));
