import type pg from "pg";

/** What stands in every table, as one line each. */
export type Digest = Map<string, string>;

/** Counts refused calls, which is its purpose. */
const leftOut = ["private.rate_limits"];

/** Reads the digests of a database: number of rows, and a hash of the rows and of who wrote them last. */
export class Digests {
  readonly #client: pg.Client;
  readonly #sql: string;

  constructor(client: pg.Client, tables: readonly string[]) {
    this.#client = client;
    // With xmin, so that a row that was written again as it was counts as changed.
    this.#sql = tables.filter((table) => !leftOut.includes(table)).map((table) => `
      select '${table}' as name, count(*) || ' rows, ' ||
        coalesce(sum(hashtextextended(r.text || r.xmin::text, 0)::numeric), 0) as digest
      from (select t::text as text, t.xmin from ${table} as t) as r
      where $1 = '' or r.text !~ $1`).join(" union all ");
  }

  #last: { horizon: string; digest: Digest } | undefined;

  /**
   * The digests of all rows. They are only read again where a transaction was given a number since: without one,
   * nobody writes.
   */
  async now(): Promise<Digest> {
    const { rows } = await this.#client.query<{ horizon: string }>({
      name: "horizon",
      text: "select pg_snapshot_xmax(pg_current_snapshot())::text as horizon",
    });
    const horizon = rows[0]?.horizon ?? "";
    if (this.#last?.horizon === horizon) return this.#last.digest;
    this.#last = { horizon, digest: await this.read() };
    return this.#last.digest;
  }

  /** `without` is a pattern: rows that it matches do not count. */
  async read(without = ""): Promise<Digest> {
    const { rows } = await this.#client.query<{ name: string; digest: string }>({
      name: "digests",
      text: this.#sql,
      values: [without],
    });
    return new Map(rows.map(({ name, digest }) => [name, digest]));
  }
}

/** The tables that are not the same any more. */
export function changes(before: Digest, after: Digest): string[] {
  return [...after].flatMap(([name, digest]) => {
    const was = before.get(name);
    if (was === digest) return [];
    const [rowsBefore, rowsAfter] = [was, digest].map((text) => text?.split(",")[0] ?? "no table");
    return [
      rowsBefore === rowsAfter ? `${name} (changed)` : `${name} (${rowsBefore}, now ${rowsAfter})`,
    ];
  });
}
