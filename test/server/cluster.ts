import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { type Database, startDatabase } from "../../local/database.ts";
import { root } from "../../local/paths.ts";
import { readStatements } from "../pgtap/statements.ts";
import { codeIn } from "../readme/blocks.ts";
import { family } from "../stack/started.ts";
import type { Rows } from "./support.ts";

/** A native server of its own, with all that it keeps in a folder that goes with it. */
export class Cluster implements AsyncDisposable {
  database: Database;
  /** Superuser connections; from any of them an error ends the test that asked. */
  readonly admin: pg.Pool;
  readonly #folder: string;

  private constructor(database: Database, folder: string) {
    this.database = database;
    this.admin = poolOf(database.adminUrl, 4);
    this.#folder = folder;
  }

  /** `settings` are for those that a server reads when it starts; `within` is a folder to keep the data in. */
  static async start(
    options: { settings?: Record<string, string>; migrate?: boolean; within?: string } = {},
  ): Promise<Cluster> {
    return await inNewFolder(options.within ?? tmpdir(), async (folder) => {
      const start = (migrate: boolean) => startDatabase({ ...native(folder), migrate });
      const settings = Object.entries(options.settings ?? {});
      if (settings.length > 0) {
        await using first = await start(false);
        const client = new pg.Client({ connectionString: first.adminUrl });
        await client.connect();
        for (const [name, value] of settings) {
          await client.query(`alter system set ${name} = ${pg.escapeLiteral(value)}`);
        }
        await client.end();
      }
      return new Cluster(await start(options.migrate ?? true), folder);
    });
  }

  /** A streaming replica of this server, from a copy of its files: what pg_basebackup does. */
  async startReplica(name: string): Promise<Cluster> {
    return await inNewFolder(tmpdir(), async (folder) => {
      const client = await this.admin.connect();
      try {
        await client.query("select pg_backup_start($1, true)", [name]);
        copy(join(this.#folder, "data"), join(folder, "data"));
        const { rows: [label] } = await client.query<{ labelfile: string }>(
          "select labelfile from pg_backup_stop(false)",
        );
        const data = join(folder, "data");
        await rm(join(data, "postmaster.pid"), { force: true });
        // A copy keeps its owner: what is new takes over the content of a file of the same owner.
        const own = (file: string, text: string) => {
          execFileSync("cp", ["-p", join(data, "PG_VERSION"), join(data, file)]);
          writeFileSync(join(data, file), text);
        };
        own("backup_label", label?.labelfile ?? "");
        own("standby.signal", "");
        const primary = new URL(this.database.adminUrl);
        appendFileSync(
          join(data, "postgresql.auto.conf"),
          `primary_conninfo = 'host=${primary.hostname} port=${primary.port} ` +
            `user=${primary.username} application_name=${name}'\n`,
        );
      } finally {
        client.release();
      }
      return new Cluster(await startDatabase({ ...native(folder), migrate: false }), folder);
    });
  }

  /** The process that all others of the server come from. */
  get pid(): number {
    return Number.parseInt(readFileSync(join(this.#folder, "data", "postmaster.pid"), "utf8"));
  }

  /** Ends every process of the server at once: kill -9. */
  async kill(): Promise<void> {
    const { pid } = this;
    // So that it makes no more of them while they are looked for.
    process.kill(pid, "SIGSTOP");
    for (const member of family(pid)) {
      try {
        process.kill(member, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
    await this.database.stop();
  }

  /** Starts it again where it was, on the same port, with what is on its disk. */
  async restart(): Promise<void> {
    await this.database.stop();
    const port = Number(new URL(this.database.adminUrl).port);
    this.database = await startDatabase({ ...native(this.#folder), port, migrate: false });
  }

  async select(sql: string, values: readonly unknown[] = []): Promise<Rows> {
    return (await this.admin.query<Record<string, unknown>>(sql, [...values])).rows;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.admin.end();
    await this.database.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Files come and go while they are copied; the log that follows says what became of them. */
function copy(from: string, to: string): void {
  const { error, stderr } = spawnSync("cp", ["-a", from, to], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  const bad = stderr.split("\n").filter((line) => line && !/No such file or directory/.test(line));
  if (error || bad.length > 0) throw new Error(error?.message ?? bad.join("\n"));
}

function native(folder: string) {
  return { engine: "native", dataDir: join(folder, "data"), port: 0 } as const;
}

async function inNewFolder(
  within: string,
  make: (folder: string) => Promise<Cluster>,
): Promise<Cluster> {
  const folder = await mkdtemp(join(within, "turnbase-cluster-"));
  try {
    // As root, the server runs as another user, who has to get in.
    await chmod(folder, 0o755);
    return await make(folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Whose connections may be cut: the query under way says so. */
export function poolOf(connectionString: string, max: number): pg.Pool {
  return new pg.Pool({ connectionString, max })
    .on("error", () => undefined)
    .on("connect", (client) => client.on("error", () => undefined));
}

/** Asks until it is so, and fails after half a minute. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; !(await isSo()); await sleep(2)) {
    if (Date.now() > end) throw new Error(`not within 30 s: ${what}`);
  }
}

export const ids = {
  owner: "10000000-0000-4000-9000-000000000001",
  other: "10000000-0000-4000-9000-000000000002",
  brandAdmin: "10000000-0000-4000-9000-000000000004",
  brandAnalyst: "10000000-0000-4000-9000-000000000005",
  brand: "20000000-0000-4000-9000-000000000001",
};

/**
 * Fills every table with the rows that the matrix of row level security asks for, and keeps them. Under other names,
 * so that pgTAP files can make theirs beside them.
 */
export async function fill(adminUrl: string): Promise<void> {
  const folder = join(root, "supabase/tests");
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query("begin");
    for (const file of ["_shared/setup.psql", "rls/fixtures.psql"]) {
      for (const { sql } of await readStatements(join(folder, file))) {
        await client.query(
          sql.replaceAll("-4000-8000-", "-4000-9000-")
            .replaceAll("test.example", "kept.example")
            .replace(/'(test|other)([- ])brand'/gi, "'kept$2$1$2brand'"),
        );
      }
    }
    await client.query("drop schema tests cascade");
    await client.query("commit");
  } finally {
    await client.end();
  }
}

/** The code blocks of one language in a section of a page. */
export function blocksOf(page: string, heading: string, language: string): string[] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return codeIn(section, language);
}
