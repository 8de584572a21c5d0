import { platformEnv } from "../_shared/env.ts";
import { storageVariables } from "../_shared/storage.ts";

export const cleanupEnv = platformEnv.extend(storageVariables);
