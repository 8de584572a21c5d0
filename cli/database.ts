import pg from "pg";
import { Problem } from "./problem.ts";

/** Connects, asks, and closes; encrypted wherever the server can. */
export async function withDatabase<T>(
  url: string,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connect(url);
  try {
    return await use(client);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== "42501") throw error;
    throw new Problem(
      `this login may not look into the database: ${error.message}`,
      "Log in as the owner of the database: on Supabase, postgres",
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function connect(url: string): Promise<pg.Client> {
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw new Problem(
      "--db-url is no address of a Postgres database",
      "Copy the one under Connect in the dashboard: postgresql://postgres...",
      2,
    );
  }
  const asked = new URL(url);
  const chosen = asked.searchParams.has("sslmode");
  // sslmode as psql and the Supabase CLI read it.
  if (chosen) asked.searchParams.set("uselibpqcompat", "true");
  // The certificate of a Supabase database is signed by Supabase.
  const tries = chosen ? [undefined] : [{ rejectUnauthorized: false }, false as const];
  let failure: unknown;
  for (const ssl of tries) {
    const client = new pg.Client({
      connectionString: asked.href,
      connectionTimeoutMillis: 15_000,
      application_name: "turnbase",
      ...(ssl === undefined ? {} : { ssl }),
    });
    client.on("error", () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      failure = error;
      await client.end().catch(() => undefined);
      if (!/does not support SSL/.test(String(error))) break;
    }
  }
  // A name with several addresses, as localhost often is, fails once for each, and as a whole without a word.
  const [first = failure] = failure instanceof AggregateError ? failure.errors : [];
  const said = first instanceof Error ? first.message : String(first);
  throw new Problem(
    `the database of --db-url cannot be reached: ${said}`,
    "Check the address and password under Connect in the dashboard",
  );
}

/** The versions in the database's own history of migrations. */
export async function readHistory(client: pg.Client): Promise<string[]> {
  const { rows: [there] } = await client.query<{ is: boolean }>(
    "select to_regclass('supabase_migrations.schema_migrations') is not null as is",
  );
  if (!there?.is) return [];
  const { rows } = await client.query<{ version: string }>(
    "select version from supabase_migrations.schema_migrations order by version",
  );
  return rows.map(({ version }) => version);
}

export async function isInstalled(client: pg.Client): Promise<boolean> {
  const { rows: [found] } = await client.query<{ is: boolean }>(
    "select to_regprocedure('private.found_before()') is not null as is",
  );
  return found?.is === true;
}
