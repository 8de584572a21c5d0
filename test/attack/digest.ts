import type pg from "pg";

/** What stands in every table, as one line each. */
export type Digest = Map<string, string>;

/** Counts refused calls, which is its purpose. */
const leftOut = ["private.rate_limits"];

/**
 * Reads the digests of a database: of each table the number of rows, and a hash of what stands in them and of who wrote
 * them last. So a row that was written again as it was counts as changed.
 */
export class Digests {
  readonly #client: pg.Client;
  readonly #texts: string;
  readonly #versions: string;

  constructor(client: pg.Client, tables: readonly string[]) {
    this.#client = client;
    const ofEach = (hashed: string, filter: string) =>
      tables.filter((table) => !leftOut.includes(table)).map((table) => `
        select '${table}' as name, count(*) || ' rows, ' ||
          coalesce(sum(hashtextextended(${hashed}, 0)::numeric), 0) as digest
        from ${table} as t ${filter}`).join(" union all ");
    this.#texts = ofEach("t::text || t.xmin::text", "where $1 = '' or t::text !~ $1");
    this.#versions = ofEach("t.ctid::text || t.xmin::text", "");
  }

  #last: { horizon: string; digest: Digest } | undefined;

  /**
   * What there is now, by the versions of all rows: no row changes without a new one. It is only read again where a
   * transaction was given a number since, for without one nobody writes.
   */
  async now(): Promise<Digest> {
    const { rows } = await this.#client.query<{ horizon: string }>({
      name: "horizon",
      text: "select pg_snapshot_xmax(pg_current_snapshot())::text as horizon",
    });
    const horizon = rows[0]?.horizon ?? "";
    if (this.#last?.horizon === horizon) return this.#last.digest;
    const digest = toDigest(
      await this.#client.query<Line>({ name: "versions", text: this.#versions }),
    );
    this.#last = { horizon, digest };
    return digest;
  }

  /** By all that stands in the rows; `without` is a pattern: rows that it matches do not count. */
  async read(without = ""): Promise<Digest> {
    return toDigest(
      await this.#client.query<Line>({ name: "texts", text: this.#texts, values: [without] }),
    );
  }
}

interface Line {
  name: string;
  digest: string;
}

function toDigest({ rows }: pg.QueryResult<Line>): Digest {
  return new Map(rows.map(({ name, digest }) => [name, digest]));
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
