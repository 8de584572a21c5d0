import { keyHeaders } from "../_shared/env.ts";

/** One request that reaches a table and reads no row: the gateway, PostgREST and the database answer. */
export async function checkDatabase(
  { url, key }: { url: string; key: string },
  timeoutMs = 3000,
): Promise<void> {
  const response = await fetch(
    `${url}/rest/v1/conversation_sessions?select=id&limit=0`,
    {
      headers: keyHeaders(key),
      signal: AbortSignal.timeout(timeoutMs),
    },
  );
  const body = await response.text();
  if (!response.ok) {
    throw new Error(
      `the API answered ${response.status}: ${body.slice(0, 200)}`,
    );
  }
}
