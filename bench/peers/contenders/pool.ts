import pg from "pg";
import type { Usage } from "../contender.ts";

export const callers = 16;

/** As many connections as callers, each opened once for all. */
export function openPool(url: string, max = callers, options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max, idleTimeoutMillis: 0, ...options });
  pool.on("error", () => undefined);
  return pool;
}

export async function runSql(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** What the tables hold, asked past every API. */
export class Counter {
  readonly #pool: pg.Pool;
  readonly #sql: string;

  constructor(url: string, sql: string) {
    this.#pool = openPool(url, 1);
    this.#sql = sql;
  }

  async count(): Promise<number> {
    const { rows } = await this.#pool.query<{ count: string }>(this.#sql);
    return Number(rows[0]?.count);
  }

  /** For what an API would take too long to fill. */
  async run(sql: string, values: unknown[]): Promise<void> {
    await this.#pool.query(sql, values);
  }

  /** What its user would have to write: `metas` gives the figures of a user's answers of today, as JSON. */
  async usage(metas: string, user: string): Promise<Usage> {
    const { rows: [row] } = await this.#pool.query<Record<string, string>>({
      name: "usage",
      text: `
        select sum((meta ->> 'input_tokens')::int + (meta ->> 'output_tokens')::int) as tokens,
          sum((meta ->> 'cost_usd')::numeric) as cost,
          percentile_disc(0.95) within group (order by (meta ->> 'latency_ms')::int) as p95
        from (${metas}) as u (meta)`,
      values: [user],
    });
    return {
      tokens: Number(row?.["tokens"]),
      cost: Number(row?.["cost"]),
      p95: Number(row?.["p95"]),
    };
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
