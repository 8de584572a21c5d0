/** One request that reaches a table and reads no row: the gateway, PostgREST and the database answer. */
export async function checkDatabase(
  env: { SUPABASE_URL: string; SUPABASE_SERVICE_ROLE_KEY: string },
  timeoutMs = 3000,
): Promise<void> {
  const key = env.SUPABASE_SERVICE_ROLE_KEY;
  const response = await fetch(
    `${env.SUPABASE_URL}/rest/v1/conversation_sessions?select=id&limit=0`,
    {
      headers: { apikey: key, authorization: `Bearer ${key}` },
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
