import pg from "pg";
import { openServer, scratchDatabase } from "../run/server.ts";

export interface Target extends AsyncDisposable {
  adminUrl: string;
}

/** The database at `dbUrl`; where it is none of ours, a new one on that server; without, one on our native engine. */
export async function openTarget(dbUrl: string | undefined): Promise<Target> {
  if (dbUrl === undefined) {
    console.log("Starting a server and applying the migrations...");
    return await openServer();
  }
  if (await isOurs(dbUrl)) {
    return { adminUrl: dbUrl, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  console.log("Making a database with the migrations...");
  const scratch = await scratchDatabase(dbUrl);
  return {
    adminUrl: scratch.database.adminUrl,
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}

async function isOurs(dbUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: dbUrl });
  await client.connect();
  try {
    const { rows } = await client.query("select where to_regnamespace('private') is not null");
    return rows.length > 0;
  } finally {
    await client.end();
  }
}
