import { readEnv } from "../_shared/env.ts";
import { createRpc } from "../_shared/rpc.ts";
import { createStorage } from "../_shared/storage.ts";
import { privacyEnv } from "./env.ts";
import { createHandler } from "./handler.ts";

const env = readEnv(privacyEnv);

Deno.serve(createHandler({ env, rpc: createRpc(env), storage: createStorage(env) }));
