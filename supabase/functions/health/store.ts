import { keyHeaders } from "../_shared/env.ts";

type Store = { url: string; key: string };

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
  store: Store,
  { timeoutMs = 3000, keepMs = 10_000, send = fetch, now = () => performance.now() } = {},
): () => Promise<void> {
  let asked = -Infinity;
  let answer: Promise<void> | undefined;
  return () => {
    const at = now();
    if (answer === undefined || at - asked >= keepMs) {
      asked = at;
      answer = examine(store, timeoutMs, send);
    }
    return answer;
  };
}

async function examine({ url, key }: Store, timeoutMs: number, send: typeof fetch): Promise<void> {
  const response = await send(`${url}/rest/v1/rpc/store_doctor?ok=is.false`, {
    method: "POST",
    headers: { ...keyHeaders(key), "content-type": "application/json" },
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
