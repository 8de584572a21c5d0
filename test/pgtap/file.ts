import { relative } from "node:path";
import pg, { DatabaseError, type QueryArrayResult } from "pg";
import { readStatements, type Statement, StatementError } from "./statements.ts";
import { TapFile, type TapOutcome } from "./tap.ts";

export interface FileOutcome extends TapOutcome {
  file: string;
  ms: number;
  lines: string[];
  notices: string[];
}

const statementTimeoutMs = 120_000;
const closeTimeoutMs = 2_000;

/** Runs one test file on a connection of its own, as `psql -v ON_ERROR_STOP=1 -At` would. */
export async function runFile(dbUrl: string, file: string): Promise<FileOutcome> {
  const started = performance.now();
  const tap = new TapFile();
  const lines: string[] = [];
  const notices: string[] = [];
  let current: Statement | undefined;
  let client: pg.Client | undefined;
  try {
    const statements = await readStatements(file);
    client = await connect(dbUrl);
    client.on("notice", (notice) => notices.push(`${notice.severity}: ${notice.message}`));
    for (const statement of statements) {
      current = statement;
      const query = { text: statement.sql, rowMode: "array", types: asText };
      const results: QueryArrayResult<(string | null)[]> | QueryArrayResult<(string | null)[]>[] =
        await client.query<(string | null)[]>(query);
      for (const row of [results].flat().flatMap(({ rows }) => rows)) {
        for (const line of row.map((value) => value ?? "").join("|").split("\n")) {
          lines.push(line);
          tap.add(line);
        }
      }
    }
  } catch (error) {
    const reasons = explain(error, current);
    lines.push(...reasons.map((line) => `# ${line}`));
    tap.die(reasons.join("\n"));
  } finally {
    if (client) await close(client);
  }
  return { ...tap.outcome(), file, ms: performance.now() - started, lines, notices };
}

const asText = { getTypeParser: () => (value: string) => value };

/** A connection on which pgTAP's functions are found without a schema, as under `supabase test db`. */
export async function connect(dbUrl: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: dbUrl,
    application_name: "pgtap",
    query_timeout: statementTimeoutMs,
  });
  // A dropped connection also rejects the query under way, which reports it.
  client.on("error", () => {});
  await client.connect();
  await client.query(
    `select pg_catalog.set_config('search_path',
       pg_catalog.current_setting('search_path') || ', extensions', false)
     where not 'extensions' = any (pg_catalog.current_schemas(false))`,
  );
  return client;
}

// The embedded engine keeps one session for all connections, so nothing of this file may stay in it.
const leaveNothing = [
  "rollback",
  "set session authorization default",
  "reset all",
  "discard temp",
];

export async function close(client: pg.Client): Promise<void> {
  const timer = setTimeout(() => client.connection.stream.destroy(), closeTimeoutMs);
  client.removeAllListeners("notice");
  try {
    for (const sql of leaveNothing) await client.query(sql);
  } catch {
    // The connection is gone, and its session with it.
  }
  await client.end().catch(() => {});
  clearTimeout(timer);
}

function explain(error: unknown, statement: Statement | undefined): string[] {
  if (error instanceof StatementError) {
    return [error.message, at(error.file, error.line)];
  }
  const where = statement ? [at(statement.file, errorLine(error, statement))] : [];
  if (!(error instanceof DatabaseError)) {
    return [error instanceof Error ? error.message || error.name : String(error), ...where];
  }
  return [
    `${error.severity ?? "ERROR"} ${error.code ?? ""}: ${error.message}`,
    ...where,
    ...(error.detail ? [`  detail: ${error.detail}`] : []),
    ...(error.hint ? [`  hint: ${error.hint}`] : []),
    ...(error.where ? [`  context: ${error.where.replaceAll("\n", "\n           ")}`] : []),
  ];
}

function at(file: string, line: number): string {
  return `  at ${relative(process.cwd(), file)}:${line}`;
}

function errorLine(error: unknown, statement: Statement): number {
  if (!(error instanceof DatabaseError) || !error.position) return statement.line;
  const before = statement.sql.slice(0, Number(error.position) - 1);
  return statement.line + before.split("\n").length - 1;
}
