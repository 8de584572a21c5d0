import { createHmac } from "node:crypto";
import pg from "pg";
import { bootstrapState } from "../bootstrap.ts";
import type { Engine } from "./engine.ts";

/**
 * Any Postgres from 15 on.
 *
 * A Supabase project is used as it is, with the login given. In a plain Postgres a superuser's login makes what a
 * project has, and migrations then run as the role `turnbase_postgres`: on the platform `postgres` is no superuser,
 * here it nearly always is, and taking that power from it would break whatever else lives in the cluster.
 */
export async function openUrl(dbUrl: string): Promise<Engine> {
  const client = new pg.Client({ connectionString: dbUrl });
  await client.connect().catch((error: unknown) => {
    throw new Error(`cannot connect to ${withoutPassword(dbUrl)}: ${text(error)}`);
  });
  try {
    const { rows } = await client.query<{ superuser: boolean; version: number; login: string }>(
      `select rolsuper as superuser, current_setting('server_version_num')::int as version, current_user as login
       from pg_catalog.pg_roles where rolname = current_user`,
    );
    const me = rows[0];
    if (!me) throw new Error("the server does not say who we are");
    if (me.version < 150_000) {
      throw new Error(`Postgres 15 or newer is needed: this server is ${me.version}`);
    }
    const state = await bootstrapState(client);
    const foreign = state === "foreign";
    if (!foreign && !me.superuser) {
      throw new Error(
        `${
          withoutPassword(dbUrl)
        } is no Supabase project, and ${me.login} is no superuser: give a superuser's URL, so that the roles and schemas of a project can be made`,
      );
    }
    return {
      kind: "url",
      adminUrl: dbUrl,
      migrator: "turnbase_postgres",
      ours: !foreign,
      urlFor: (role) => loginUrl(dbUrl, role),
      openLogins: () => openLogins(dbUrl),
      stop: () => Promise.resolve(),
    };
  } finally {
    await client.end();
  }
}

/** Whether it is a Supabase project that we did not make. */
export async function isForeign(dbUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: dbUrl });
  await client.connect();
  try {
    return await bootstrapState(client) === "foreign";
  } finally {
    await client.end();
  }
}

const logins = ["turnbase_postgres", "authenticator", "supabase_auth_admin"];

/** Sets our logins' passwords only where the server does not let them in as they are. */
async function openLogins(dbUrl: string): Promise<void> {
  const admin = new pg.Client({ connectionString: dbUrl });
  await admin.connect();
  try {
    for (const role of logins) {
      if (await canLogin(loginUrl(dbUrl, role))) continue;
      await admin.query(
        `alter role ${pg.escapeIdentifier(role)} password ${
          pg.escapeLiteral(passwordFor(dbUrl, role))
        }`,
      );
    }
  } finally {
    await admin.end();
  }
}

async function canLogin(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function loginUrl(dbUrl: string, role: string): string {
  const url = new URL(dbUrl);
  url.username = role;
  url.password = passwordFor(dbUrl, role);
  return url.href;
}

/** The same at every start, and known only to who knows the password that we were given. */
function passwordFor(dbUrl: string, role: string): string {
  const url = new URL(dbUrl);
  return createHmac("sha256", `turnbase:${url.username}:${url.password}`).update(role).digest("hex")
    .slice(0, 32);
}

export function withoutPassword(dbUrl: string): string {
  const url = new URL(dbUrl);
  if (url.password) url.password = "***";
  return url.href;
}

function text(error: unknown): string {
  // A name with several addresses, as localhost often is, fails once for each, and as a whole without a word.
  const [first = error] = error instanceof AggregateError ? error.errors : [];
  return first instanceof Error ? first.message : String(first);
}
