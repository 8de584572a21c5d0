import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import type { Client } from "pg";

const archive = new URL(
  "../../node_modules/@electric-sql/pglite-pgtap/dist/pgtap.tar.gz",
  import.meta.url,
);
const script = /(?:^|\/)pgtap--\d+(?:\.\d+)*\.sql$/;

/** Puts pgTAP into schema `extensions` once per database; true when it had to. */
export async function installPgtap(client: Client): Promise<boolean> {
  if (await hasPgtap(client)) return false;
  await client.query("create schema if not exists extensions");
  const available = await client.query(
    "select 1 from pg_catalog.pg_available_extensions where name = 'pgtap'",
  );
  await client.query("begin");
  try {
    if (available.rows.length > 0) {
      await client.query("create extension if not exists pgtap with schema extensions");
    } else {
      await client.query("set local search_path = extensions");
      await client.query(pgtapScript(gunzipSync(await readFile(archive))));
    }
    await client.query(grantToTestRoles);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
  return true;
}

async function hasPgtap(client: Client): Promise<boolean> {
  const found = await client.query(
    `select 1 from pg_catalog.pg_proc as p
     where p.proname = 'plan' and p.pronargs = 1
       and p.pronamespace in (
         select n.oid from pg_catalog.pg_namespace as n
         where n.nspname = 'extensions' or n.nspname = any (current_schemas(false))
       )`,
  );
  return found.rows.length > 0;
}

// A database whose default privileges withhold EXECUTE would stop every test that acts as a role.
const grantToTestRoles = `
do $grant$
declare
  v_role name;
  v_function regprocedure;
begin
  for v_role in
    select r.rolname from pg_catalog.pg_roles as r
    where r.rolname in ('anon', 'authenticated', 'service_role')
  loop
    execute format('grant usage on schema extensions to %I', v_role);
    for v_function in
      select p.oid::regprocedure from pg_catalog.pg_proc as p
      where p.pronamespace = 'extensions'::regnamespace
        and p.prokind in ('f', 'w', 'a')
        and not has_function_privilege(v_role, p.oid, 'execute')
        and not exists (
          select from pg_catalog.pg_depend as d
          join pg_catalog.pg_extension as e on e.oid = d.refobjid
          where d.objid = p.oid and d.deptype = 'e' and e.extname <> 'pgtap'
        )
    loop
      execute format('grant execute on routine %s to %I', v_function, v_role);
    end loop;
  end loop;
end
$grant$`;

function pgtapScript(tar: Buffer): string {
  const block = 512;
  for (let at = 0; at + block <= tar.length;) {
    const name = tar.toString("utf8", at, at + 100).replace(/\0.*$/s, "");
    const size = Number.parseInt(tar.toString("utf8", at + 124, at + 136), 8);
    if (!name) break;
    const start = at + block;
    if (script.test(name)) {
      return tar.toString("utf8", start, start + size).replace(/^\\.*$/gm, "");
    }
    at = start + Math.ceil(size / block) * block;
  }
  throw new Error("the pgTAP archive holds no pgtap--<version>.sql");
}
