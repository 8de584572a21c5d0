/** A running Postgres, before it knows anything about this project. */
export interface Engine {
  readonly kind: "pglite" | "native" | "url";
  /** The superuser; on a project that is not ours, the login we were given. */
  readonly adminUrl: string;
  /** The role that owns what migrations make. */
  readonly migrator: string;
  /** Whether we may make roles and schemas in it: false for a Supabase project, which has them. */
  readonly ours: boolean;
  /** The URL of another login of the same database. */
  urlFor(role: string): string;
  /** After bootstrap: gives the logins their passwords, where the server asks for them. */
  openLogins?(): Promise<void>;
  /** After bootstrap of a new database: keeps a copy that makes the next new one quicker. */
  remember?(): Promise<void>;
  /** The same after migrations and seed, where a copy of these is wanted and not there; `made` is their hash by now. */
  rememberMigrated?(made: string): Promise<void>;
  stop(): Promise<void>;
}

export type Log = (line: string) => void;
