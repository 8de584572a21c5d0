type Env = { SUPABASE_URL: string; SUPABASE_SERVICE_ROLE_KEY: string };

interface DoctorCheck {
  check: string;
  ok: boolean;
  detail: string;
}

/**
 * The cheap checks of store_doctor, at most once in `keepMs`: anybody may ask how the store is, and its answer
 * takes the database some 30 ms. A project without the file that makes store_doctor has nothing to check.
 */
export function checkStore(
  env: Env,
  { timeoutMs = 3000, keepMs = 10_000, send = fetch } = {},
): () => Promise<void> {
  let asked = -Infinity;
  let answer: Promise<void> | undefined;
  return () => {
    const now = performance.now();
    if (answer === undefined || now - asked >= keepMs) {
      asked = now;
      answer = examine(env, timeoutMs, send);
    }
    return answer;
  };
}

async function examine(env: Env, timeoutMs: number, send: typeof fetch): Promise<void> {
  const key = env.SUPABASE_SERVICE_ROLE_KEY;
  const response = await send(`${env.SUPABASE_URL}/rest/v1/rpc/store_doctor?ok=is.false`, {
    method: "POST",
    headers: { apikey: key, authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: "{}",
    signal: AbortSignal.timeout(timeoutMs),
  });
  const body = await response.text();
  if (response.status === 404) return;
  if (!response.ok) {
    throw new Error(`store_doctor answered ${response.status}: ${body.slice(0, 200)}`);
  }
  // As the function's type in the database has it.
  const failed = JSON.parse(body) as DoctorCheck[];
  if (failed.length > 0) {
    throw new Error(failed.map(({ check, detail }) => `${check}: ${detail}`).join("\n"));
  }
}
