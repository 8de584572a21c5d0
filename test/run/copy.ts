import pg from "pg";

/** A database like `template`, which nobody is connected to, on the server of `admin`, a superuser. */
export async function copyDatabase(
  admin: Pick<pg.Pool, "query">,
  name: string,
  template: string,
): Promise<void> {
  const { rows } = await admin.query<{ owner: string }>(
    `select datdba::regrole::text as owner from pg_catalog.pg_database where datname = $1`,
    [template],
  );
  await admin.query(
    `create database ${pg.escapeIdentifier(name)} template ${pg.escapeIdentifier(template)}
     owner ${rows[0]?.owner ?? "current_user"}`,
  );
  // A template does not pass on its settings, such as search_path.
  await admin.query(
    `insert into pg_catalog.pg_db_role_setting (setdatabase, setrole, setconfig)
     select made.oid, s.setrole, s.setconfig
     from pg_catalog.pg_database as made, pg_catalog.pg_db_role_setting as s
     join pg_catalog.pg_database as d on d.oid = s.setdatabase
     where made.datname = $1 and d.datname = $2`,
    [name, template],
  );
}

/** A copy of the database of `adminUrl` for as long as `use` takes; nobody else is connected to it at the start. */
export async function withCopy<T>(
  adminUrl: string,
  name: string,
  use: () => Promise<T>,
): Promise<T> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await copyDatabase(admin, name, new URL(adminUrl).pathname.slice(1));
    return await use();
  } finally {
    await admin.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
    await admin.end();
  }
}

/** The same login on another database of the server. */
export function onDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}
