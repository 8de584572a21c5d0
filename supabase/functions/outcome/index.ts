import { loggingEnv, readEnv } from "../_shared/env.ts";
import { createRpc } from "../_shared/rpc.ts";
import { createHandler } from "./handler.ts";

const env = readEnv(loggingEnv);

Deno.serve(createHandler({ env, rpc: createRpc(env) }));
