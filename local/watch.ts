import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

/** Changes with every object of the API schema and with every reset or pushed migration. */
const fingerprint = `
  select md5(coalesce(string_agg(part, ',' order by part), '')) as fingerprint
  from (
    select 'c' || c.oid || '.' || c.xmin as part from pg_catalog.pg_class as c
    where c.relnamespace = to_regnamespace('public') and c.relkind in ('r', 'v', 'm', 'p', 'f')
    union all
    select 'p' || p.oid || '.' || p.xmin from pg_catalog.pg_proc as p where p.pronamespace = to_regnamespace('public')
    union all
    select 'm' || c.relfilenode from pg_catalog.pg_class as c
    where c.oid = to_regclass('supabase_migrations.schema_migrations')
  ) as parts`;

/** Calls back when the schema is another one than before, whoever changed it. */
export function watchSchema(
  dbUrl: string,
  everyMs: number,
  changed: () => Promise<void>,
): () => Promise<void> {
  const stopped = new AbortController();
  const { signal } = stopped;
  let last: string | undefined;
  const run = async () => {
    while (!signal.aborted) {
      const client = new pg.Client({ connectionString: dbUrl, application_name: "turnbase watch" });
      client.on("error", () => undefined);
      try {
        await client.connect();
        while (!signal.aborted) {
          const { rows } = await client.query<{ fingerprint: string }>(fingerprint);
          const now = rows[0]?.fingerprint;
          if (last !== undefined && now !== last) await changed();
          last = now;
          await sleep(everyMs, undefined, { signal });
        }
      } catch {
        // The server is away or restarting: try again.
        await sleep(everyMs, undefined, { signal }).catch(() => undefined);
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  };
  const running = run();
  return async () => {
    stopped.abort();
    await running;
  };
}
