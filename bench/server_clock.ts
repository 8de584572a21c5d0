import type { Connection } from "./caller.ts";

/**
 * What the server itself spends on a statement: mean time of execution by pg_stat_statements, where it is loaded. The
 * way to the client and back, which is the same for everybody, is not in it; nor are planning and the commit itself, but
 * checks that wait for the commit are.
 */
export class ServerClock {
  readonly #admin: Connection;
  readonly #schema: string;

  private constructor(admin: Connection, schema: string) {
    this.#admin = admin;
    this.#schema = schema;
  }

  static async find(admin: Connection): Promise<ServerClock | undefined> {
    const [row] = await admin.query(
      `select quote_ident(n.nspname) as schema
       from pg_catalog.pg_extension as e
       join pg_catalog.pg_namespace as n on n.oid = e.extnamespace
       where e.extname = 'pg_stat_statements'
         and current_setting('shared_preload_libraries') ~ 'pg_stat_statements'`,
    );
    return row?.["schema"] ? new ServerClock(admin, row["schema"]) : undefined;
  }

  async start(): Promise<void> {
    await this.#admin.query(
      `select ${this.#schema}.pg_stat_statements_reset(0, d.oid, 0)
       from pg_catalog.pg_database as d where d.datname = current_database()`,
    );
  }

  /** Milliseconds since start(); nobody else works in a database of ours. */
  async read(): Promise<number> {
    const [row] = await this.#admin.query(
      `select sum(s.total_exec_time) as ms
       from ${this.#schema}.pg_stat_statements as s
       join pg_catalog.pg_database as d on d.oid = s.dbid
       where d.datname = current_database() and s.toplevel
         and s.query !~* '^\\s*(begin|commit|select set_config)' and s.query !~ 'pg_stat_statements'`,
    );
    return Number(row?.["ms"]);
  }
}
