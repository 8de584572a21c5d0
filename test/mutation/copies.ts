import pg from "pg";
import { installPgtap } from "../pgtap/install.ts";
import { copyDatabase, onDatabase } from "../run/copy.ts";

const prefix = `mutation_${process.pid}`;

/** A database with pgTAP that nobody is connected to, and the copies made of it. */
export class Copies {
  readonly #adminUrl: string;
  readonly #admin: pg.Pool;
  readonly #creating = new Set<Promise<void>>();
  readonly #base: string;
  #closed: Promise<void> | undefined;
  /** The login that the tests run as: whoever ran the migrations. */
  readonly owner: string;

  private constructor(adminUrl: string, admin: pg.Pool, base: string, owner: string) {
    this.#adminUrl = adminUrl;
    this.#admin = admin;
    this.#base = base;
    this.owner = owner;
  }

  /** `adminUrl`: a superuser's URL of the database to test, which is only read. */
  static async of(adminUrl: string): Promise<Copies> {
    const admin = new pg.Pool({ connectionString: adminUrl, application_name: "mutation" });
    admin.on("error", () => {});
    const base = `${prefix}_base`;
    try {
      const { rows } = await admin.query<{ superuser: boolean; owner: string | null; own: string }>(
        `select r.rolsuper as superuser, current_database()::text as own, (
           select n.nspowner::regrole::text from pg_catalog.pg_namespace as n
           where n.nspname = 'private'
         ) as owner
         from pg_catalog.pg_roles as r where r.rolname = session_user`,
      );
      const found = rows[0];
      if (!found?.superuser) {
        throw new Error("the URL must name a superuser, who can break things");
      }
      if (found.owner === null) {
        throw new Error("the database has no schema private: run the migrations first");
      }
      const copies = new Copies(adminUrl, admin, base, found.owner);
      await copies.#create(base, found.own);
      const client = await connect(copies.#url(base));
      try {
        await installPgtap(client);
        await joinAnalysts(client, found.owner);
      } finally {
        await client.end();
      }
      return copies;
    } catch (error) {
      await admin.query(`drop database if exists ${base}`).catch(() => undefined);
      await admin.end();
      throw error;
    }
  }

  /** Runs `use` as superuser in a copy of its own. */
  async with<Result>(number: number, use: (client: pg.Client) => Promise<Result>): Promise<Result> {
    const name = `${prefix}_${number}`;
    await this.#create(name, this.#base);
    try {
      const client = await connect(this.#url(name));
      try {
        return await use(client);
      } finally {
        await client.end();
      }
    } finally {
      await this.#drop(name);
    }
  }

  /** Drops them all, those in use too. */
  close(): Promise<void> {
    this.#closed ??= this.#dropAll();
    return this.#closed;
  }

  async #dropAll(): Promise<void> {
    await Promise.allSettled(this.#creating);
    const left = await this.#admin.query<{ name: string }>(
      "select datname::text as name from pg_catalog.pg_database where datname like $1",
      [`${prefix.replaceAll("_", "\\_")}\\_%`],
    );
    for (const { name } of left.rows) await this.#drop(name);
    await this.#admin.end();
  }

  async #create(name: string, template: string): Promise<void> {
    if (this.#closed) throw new Error("interrupted");
    const creation = copyDatabase(this.#admin, name, template);
    this.#creating.add(creation);
    await creation.finally(() => this.#creating.delete(creation));
  }

  async #drop(name: string): Promise<void> {
    await this.#admin.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
  }

  #url(database: string): string {
    return onDatabase(this.#adminUrl, database);
  }
}

/** Once for all copies: a role belongs to the server, and tests of two copies would wait for each other. */
async function joinAnalysts(client: pg.Client, owner: string): Promise<void> {
  const { rows } = await client.query<{ sql: string }>(
    `select format(
       'grant analyst to %I %s', $1::text,
       case when current_setting('server_version_num')::integer >= 160000
         then 'with inherit false, set true' end
     ) as sql
     from pg_catalog.pg_roles as r where r.rolname = 'analyst'`,
    [owner],
  );
  for (const { sql } of rows) await client.query(sql);
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: "mutation",
    options: "-c statement_timeout=120s",
  });
  // A dropped connection also rejects the query under way, which reports it.
  client.on("error", () => {});
  await client.connect();
  return client;
}
