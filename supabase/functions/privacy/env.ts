import type { z } from "zod";
import { loggingEnv } from "../_shared/env.ts";
import { storageVariables } from "../_shared/storage.ts";

export const privacyEnv = loggingEnv.extend(storageVariables);

export type PrivacyEnv = z.output<typeof privacyEnv>;
