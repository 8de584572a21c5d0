import type { Print } from "./add.ts";
import { isInstalled, withDatabase } from "./database.ts";
import { exitCodes, Problem } from "./problem.ts";

export interface DoctorOptions {
  dbUrl: string | undefined;
  deep: boolean;
  json: boolean;
}

/** The answer of store_doctor(), as a table or as JSON. */
export async function doctor(options: DoctorOptions, print: Print): Promise<number> {
  if (!options.dbUrl) {
    throw new Problem(
      "doctor looks into a database",
      "Name it: npx turnbase doctor --db-url postgresql://postgres...",
      exitCodes.usage,
    );
  }
  const checks = await withDatabase(options.dbUrl, async (client) => {
    const { rows: [found] } = await client.query<{ is: boolean }>(
      "select to_regprocedure('public.store_doctor(boolean)') is not null as is",
    );
    if (!found?.is) {
      throw new Problem(
        await isInstalled(client)
          ? "this database has Turnbase without the part store-doctor"
          : "this database has no Turnbase",
        "See that the migrations ran: npx supabase migration list; or take it in: npx turnbase add",
      );
    }
    const { rows } = await client.query<{ check: string; ok: boolean; detail: string | null }>(
      "select c.check, c.ok, c.detail from public.store_doctor($1) as c",
      [options.deep],
    );
    return rows;
  });
  const bad = checks.filter(({ ok }) => !ok).length;
  if (options.json) print(JSON.stringify({ ok: bad === 0, checks }, null, 2));
  else {
    const width = Math.max(...checks.map(({ check }) => check.length));
    for (const { check, ok, detail } of checks) {
      print(`${ok ? "ok  " : "FAIL"}  ${check.padEnd(width)}  ${detail ?? ""}`.trimEnd());
    }
    print(
      bad === 0
        ? `\n${checks.length} checks, all is well`
        : `\n${bad} of ${checks.length} checks failed. Next: each line says what to do, docs/doctor.md more`,
    );
  }
  return bad === 0 ? exitCodes.done : exitCodes.failed;
}
