import { readEnv } from "../_shared/env.ts";
import { createRpc } from "../_shared/rpc.ts";
import { createStorage } from "../_shared/storage.ts";
import { cleanupEnv } from "./env.ts";
import { createHandler } from "./handler.ts";

const env = readEnv(cleanupEnv);

Deno.serve(createHandler({ env, rpc: createRpc(env), storage: createStorage(env) }));
