import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type pg from "pg";
import type { Database } from "../../local/database.ts";
import { scratchDatabase } from "../run/server.ts";
import { Cluster, poolOf } from "../server/cluster.ts";
import type { Rows, Values } from "../server/support.ts";

/** A server whose every process can be ended at once, and that starts again with what is on its disk. */
export interface Killable extends AsyncDisposable {
  readonly database: Database;
  select(sql: string, values?: Values): Promise<Rows>;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/**
 * Our native engine, or what a script starts, kills and stops: TURNBASE_KILL_SCRIPT names one whose last line of
 * `start` is a superuser's URL. Its server must be nobody else's.
 */
export async function startKillable(): Promise<Killable> {
  const script = process.env["TURNBASE_KILL_SCRIPT"];
  return script ? await Scripted.start(script) : await Cluster.start();
}

class Scripted implements Killable {
  readonly database: Database;
  readonly #script: string;
  readonly #admin: pg.Pool;
  readonly #release: () => PromiseLike<void>;

  private constructor(script: string, database: Database, release: () => PromiseLike<void>) {
    this.#script = script;
    this.database = database;
    this.#admin = poolOf(database.adminUrl, 4);
    this.#release = release;
  }

  static async start(script: string): Promise<Scripted> {
    const url = (await run(script, "start")).trim().split("\n").at(-1) ?? "";
    const scratch = await scratchDatabase(url);
    return new Scripted(script, scratch.database, () => scratch[Symbol.asyncDispose]());
  }

  async select(sql: string, values: Values = []): Promise<Rows> {
    return (await this.#admin.query<Record<string, unknown>>(sql, [...values])).rows;
  }

  async kill(): Promise<void> {
    await run(this.#script, "kill");
  }

  async restart(): Promise<void> {
    await run(this.#script, "start");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#admin.end();
    await this.#release();
    await run(this.#script, "stop");
  }
}

async function run(script: string, command: string): Promise<string> {
  return (await promisify(execFile)(script, [command])).stdout;
}
