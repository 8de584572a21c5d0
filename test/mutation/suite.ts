import { readdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import pg from "pg";
import { readStatements } from "../pgtap/statements.ts";
import { TapFile } from "../pgtap/tap.ts";

/** A pgTAP file. */
export interface Script {
  file: string;
  /** Its own statements one by one, what is included between them as one text. */
  parts: string[];
  /** Its path and its own statements, in lower case. */
  text: string;
}

/** Not the answer of a test: the server or the line to it failed. */
class ServerTrouble extends Error {}

const testFile = /\.(sql|pg)$/;

export async function readSuite(folder: string): Promise<Script[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && testFile.test(entry.name))
    .map((entry) => resolve(join(entry.parentPath, entry.name)))
    .sort();
  return await Promise.all(files.map(readScript));
}

async function readScript(file: string): Promise<Script> {
  const parts: string[] = [];
  const own: string[] = [];
  let included: string[] = [];
  for (const statement of await readStatements(file)) {
    if (statement.file !== file) {
      included.push(statement.sql);
      continue;
    }
    if (included.length > 0) parts.push(included.join("\n"));
    included = [];
    parts.push(statement.sql);
    own.push(statement.sql);
  }
  if (included.length > 0) parts.push(included.join("\n"));
  const path = relative(process.cwd(), file);
  return { file: path, parts, text: [path, ...own].join("\n").toLowerCase() };
}

/** Gives `client`'s session to the tests' login; what it may do from then on is that login's. */
export async function becomeTester(client: pg.Client, owner: string): Promise<void> {
  await client.query(
    `rollback;
     set session authorization default;
     reset all;
     discard temp;
     set session authorization ${owner};
     select pg_catalog.set_config('search_path',
       pg_catalog.current_setting('search_path') || ', extensions', false)
     where not 'extensions' = any (pg_catalog.current_schemas(false))`,
  );
}

/** Runs the file up to its first red line, and says what it was; undefined when the file is green. */
export async function runScript(client: pg.Client, script: Script): Promise<string | undefined> {
  const tap = new TapFile();
  for (const part of script.parts) {
    const error = await stream(client, part, (line) => tap.add(line));
    const failure = tap.outcome().failures[0];
    if (failure) return `not ok: ${failure.description}`;
    if (!error) continue;
    if (error instanceof pg.DatabaseError && !serverTrouble.test(error.code ?? "")) {
      return `${error.code}: ${error.message}${error.detail ? ` (${error.detail})` : ""}`;
    }
    throw new ServerTrouble(`${script.file}: ${error.message}`);
  }
  return tap.outcome().problems[0];
}

/** Lost connections, exhausted resources, a server that shuts down, its own defects. */
const serverTrouble = /^(?:08|53|57P|58|XX)/;

function stream(
  client: pg.Client,
  sql: string,
  add: (line: string) => void,
): Promise<Error | undefined> {
  return new Promise((done) => {
    const config: pg.QueryArrayConfig = { text: sql, rowMode: "array", types: asText };
    const query = new pg.Query<(string | null)[]>(config);
    query.on("row", (row) => {
      for (const line of row.map((value) => value ?? "").join("|").split("\n")) add(line);
    });
    query.on("error", done);
    query.on("end", () => done(undefined));
    client.query(query);
  });
}

const asText = { getTypeParser: () => (value: string) => value };
