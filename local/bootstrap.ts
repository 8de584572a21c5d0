import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

const folder = new URL("./bootstrap/", import.meta.url);
const mark = "Turnbase local stand-in, bootstrap ";

async function files(): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(names.map((name) => readFile(new URL(name, folder), "utf8")));
}

/** Changes whenever a bootstrap file does. */
export async function bootstrapHash(): Promise<string> {
  const hash = createHash("sha256");
  for (const text of await files()) hash.update(text);
  return hash.digest("hex").slice(0, 16);
}

/** What schema auth says about who made it: us (with which version), a Supabase project, or nobody. */
export async function bootstrapState(
  client: pg.Client,
): Promise<"none" | "foreign" | { hash: string }> {
  const { rows } = await client.query<{ users: string | null; comment: string | null }>(
    `select to_regclass('auth.users')::text as users, obj_description(to_regnamespace('auth')::oid) as comment`,
  );
  const comment = rows[0]?.comment ?? "";
  if (comment.startsWith(mark)) return { hash: comment.slice(mark.length) };
  return rows[0]?.users ? "foreign" : "none";
}

/** What bootstrap() runs. */
export async function bootstrapScript(migrator: string): Promise<string> {
  return [
    ...(await files()),
    `comment on schema auth is ${pg.escapeLiteral(mark + await bootstrapHash())};`,
  ]
    .join("\n")
    .replaceAll(`:"migrator"`, pg.escapeIdentifier(migrator))
    .replaceAll(`:'migrator'`, pg.escapeLiteral(migrator));
}

/** Gives a plain Postgres what the Supabase image gives a project; nothing is done when it has it. */
export async function bootstrap(adminUrl: string, migrator: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const state = await bootstrapState(client);
    const hash = await bootstrapHash();
    if (state === "foreign" || (state !== "none" && state.hash === hash)) return false;
    const script = await bootstrapScript(migrator);
    for (let attempt = 1;; attempt++) {
      try {
        await client.query(`begin;\n${script}\ncommit;`);
        return true;
      } catch (error) {
        await client.query("rollback");
        if (attempt === 5 || !isRace(error)) throw error;
        await sleep(100 * attempt);
      }
    }
  } finally {
    await client.end();
  }
}

/** Roles belong to the cluster: another database of it may be bootstrapped at the same moment. */
function isRace(error: unknown): boolean {
  return error instanceof pg.DatabaseError &&
    ["XX000", "23505", "42710", "40P01"].includes(error.code ?? "");
}
