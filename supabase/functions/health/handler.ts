import { findKey } from "../_shared/auth.ts";
import { HttpError } from "../_shared/errors.ts";
import { createFunction } from "../_shared/http.ts";

/** Throws when what it looks at does not work. */
type Check = () => Promise<void>;

export interface HealthDeps {
  checks: Readonly<Record<string, Check>>;
  serviceKeys: readonly string[];
  allowedOrigins: readonly string[];
  log?: (line: string) => void;
}

interface Outcome {
  name: string;
  ok: boolean;
  /** With the service key only. */
  ms?: number;
  error?: string;
}

/** GET health: 200 when every check passes, else 503; why, and how long it took, only for the service key. */
export function createHandler(
  deps: HealthDeps,
): (request: Request) => Promise<Response> {
  return createFunction({
    name: "health",
    allowedOrigins: deps.allowedOrigins,
    log: deps.log,
    routes: {
      "": { method: "GET", handle: ({ request }) => judge(deps, request) },
    },
  });
}

async function judge(
  deps: HealthDeps,
  request: Request,
): Promise<Record<string, unknown>> {
  const detailed = await findKey(request, deps.serviceKeys) !== undefined;
  const checks = await Promise.all(
    Object.entries(deps.checks).map(([name, check]) => run(name, check, detailed)),
  );
  if (checks.every((check) => check.ok)) {
    return { success: true, status: "ok", checks };
  }
  throw new HttpError(503, "UNHEALTHY", "A check failed", {
    hint: detailed ? "See checks" : "Ask with the service key for the reason",
    extra: { status: "failing", checks },
  });
}

async function run(
  name: string,
  check: Check,
  detailed: boolean,
): Promise<Outcome> {
  const began = performance.now();
  const done = (ok: boolean, error?: string): Outcome => {
    if (!detailed) return { name, ok };
    const ms = Math.round(performance.now() - began);
    return error === undefined ? { name, ok, ms } : { name, ok, ms, error };
  };
  try {
    await check();
    return done(true);
  } catch (error) {
    return done(false, error instanceof Error ? error.message : String(error));
  }
}
