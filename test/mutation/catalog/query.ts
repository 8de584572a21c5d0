import type { Client } from "pg";

/** The schemas that are ours. */
export const ours = "('public', 'private')";

/** SQL: true where `oid` of catalog `catalog` came with an extension. */
export function ofExtension(catalog: string, oid: string): string {
  return `exists (
    select from pg_catalog.pg_depend as x
    where x.classid = 'pg_catalog.${catalog}'::regclass and x.objid = ${oid} and x.deptype = 'e'
  )`;
}

type Row<Name extends string> = Record<Name, string>;

/** Every column named is a text that is never null. */
export async function rows<Name extends string>(
  client: Client,
  names: readonly Name[],
  sql: string,
): Promise<Row<Name>[]> {
  const result = await client.query<Row<Name>>(sql);
  for (const row of result.rows) {
    for (const name of names) {
      if (typeof row[name] !== "string") throw new Error(`catalog query without ${name}: ${sql}`);
    }
  }
  return result.rows;
}
