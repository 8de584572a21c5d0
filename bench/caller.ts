import pg from "pg";
import type { Database } from "../local/database.ts";
import type { Caller } from "./case.ts";

/** What a token of Supabase Auth carries; every policy reads it, so it is as long as a real one. */
function claims(caller: Extract<Caller, { role: "authenticated" | "service_role" }>): string {
  return JSON.stringify({
    iss: "http://127.0.0.1:54321/auth/v1",
    ...(caller.user ? { sub: caller.user, email: `${caller.user}@example.com` } : {}),
    aud: "authenticated",
    exp: 1893456000,
    iat: 1893452400,
    role: caller.role,
    phone: "",
    app_metadata: { provider: "email", providers: ["email"] },
    user_metadata: { email_verified: true },
    aal: "aal1",
    amr: [{ method: "password", timestamp: 1893452400 }],
    session_id: "6f0e2c52-2a47-4e0b-9d3c-3c1f7a5d9a11",
    is_anonymous: false,
  });
}

/** One connection as PostgREST has it: logged in as authenticator, a role and claims a transaction. */
export class Connection {
  readonly #client: pg.Client;
  #settings = "{}";

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async open(database: Database, asSuperuser: boolean): Promise<Connection> {
    const client = new pg.Client({
      connectionString: asSuperuser ? database.adminUrl : database.authenticatorUrl,
      // Values stay text: what a client makes of them is not the database's work.
      types: { getTypeParser: () => (text: unknown) => text },
    });
    // A server that ends also rejects the query under way, which reports it.
    client.on("error", () => undefined);
    await client.connect();
    return new Connection(client);
  }

  /** Gives the connection these settings and no others. */
  async configure(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    const wanted = JSON.stringify(settings);
    if (wanted === this.#settings) return;
    await this.#client.query("reset all");
    for (const [name, value] of Object.entries(settings)) {
      await this.#client.query("select set_config($1, $2, false)", [name, value]);
    }
    this.#settings = wanted;
  }

  async begin(caller: Caller): Promise<void> {
    await this.#client.query("begin");
    if (caller.role === "superuser") return;
    if (caller.role === "analyst") {
      // A login that inherits the role: no request, so no claims.
      await this.#client.query("set local role analyst");
      return;
    }
    await this.#client.query({
      name: "claims",
      text: "select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)",
      values: [caller.role, claims(caller)],
    });
  }

  /** A statement that is prepared at its first use; how many rows it gave or changed. */
  async call(name: string, sql: string, values: readonly unknown[]): Promise<number> {
    const { rowCount } = await this.#client.query({
      name,
      text: sql,
      values: [...values],
      rowMode: "array",
    });
    return rowCount ?? 0;
  }

  /** Rows as text, by column. */
  async query(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<Record<string, string | null>[]> {
    const { rows } = await this.#client.query<Record<string, string | null>>(sql, [...values]);
    return rows;
  }

  async commit(): Promise<void> {
    await this.#client.query("commit");
  }

  async end(): Promise<void> {
    await this.#client.end();
  }
}
