import { openServer, scratchDatabase } from "../run/server.ts";

export interface Target extends AsyncDisposable {
  adminUrl: string;
}

/** The database at `copyOf`; else a new one with the migrations, at `dbUrl` or on our native engine. */
export async function openTarget(
  dbUrl: string | undefined,
  copyOf: string | undefined,
): Promise<Target> {
  if (copyOf !== undefined) {
    return { adminUrl: copyOf, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  if (dbUrl === undefined) {
    console.log("Starting a server and applying the migrations...");
    return await openServer();
  }
  console.log("Making a database with the migrations...");
  const scratch = await scratchDatabase(dbUrl);
  return {
    adminUrl: scratch.database.adminUrl,
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}
