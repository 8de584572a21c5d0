import { loggingEnv, readEnv, serviceKeys } from "../_shared/env.ts";
import { checkConfiguration } from "./configuration.ts";
import { checkDatabase } from "./database.ts";
import { createHandler } from "./handler.ts";
import { checkStore } from "./store.ts";

const env = readEnv(loggingEnv);
const keys = serviceKeys(env);
const store = { url: env.SUPABASE_URL, key: keys[0] };

Deno.serve(createHandler({
  checks: {
    database: () => checkDatabase(store),
    configuration: () => checkConfiguration(env),
    store: checkStore(store),
  },
  serviceKeys: keys,
  allowedOrigins: env.ALLOWED_ORIGINS,
}));
