import { readEnv } from "../_shared/env.ts";
import { createRpc } from "../_shared/rpc.ts";
import { embedEnv } from "./env.ts";
import { createHandler } from "./handler.ts";
import { chooseProvider } from "./providers.ts";

const env = readEnv(embedEnv);

Deno.serve(createHandler({ env, rpc: createRpc(env), provider: chooseProvider(env) }));
