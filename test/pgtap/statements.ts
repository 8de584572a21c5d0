import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { PgParser } from "@supabase/pg-parser";

export interface Statement {
  sql: string;
  file: string;
  line: number;
}

/** A file that cannot be split; `line` is where. */
export class StatementError extends Error {
  readonly file: string;
  readonly line: number;
  constructor(message: string, file: string, line: number) {
    super(message);
    this.file = file;
    this.line = line;
  }
}

const parser = new PgParser({ version: 17 });
const backslash = "ASCII_92";
const maxIncludeDepth = 8;
/** Nearly every file includes the same few. */
const includes = new Map<string, Promise<Statement[]>>();

/**
 * Reads a test file as single statements and its `\ir` / `\i` includes as whole parts, each of which is one
 * round trip, in the order psql runs them.
 */
export async function readStatements(file: string, depth = 0): Promise<Statement[]> {
  if (depth > maxIncludeDepth) {
    throw new StatementError(`includes nested deeper than ${maxIncludeDepth}`, file, 1);
  }
  const text = await readFile(file, "utf8");
  const bytes = Buffer.from(text);
  const statements: Statement[] = [];
  let from = 0;
  for (const at of await metaCommands(bytes, file)) {
    // A command inside a part already taken belongs to the line of an earlier one.
    if (at < from) continue;
    statements.push(...(await take(bytes, from, at, file, depth > 0)));
    const lineEnd = bytes.indexOf("\n", at);
    const end = lineEnd === -1 ? bytes.length : lineEnd;
    const command = bytes.subarray(at, end).toString();
    const line = lineAt(bytes, at);
    const included = includePath(command, file, line);
    try {
      statements.push(...(await readIncluded(included, depth + 1)));
    } catch (error) {
      if (error instanceof StatementError) throw error;
      throw new StatementError(`cannot read ${included}, included here`, file, line);
    }
    from = end;
  }
  statements.push(...(await take(bytes, from, bytes.length, file, depth > 0)));
  return statements;
}

function readIncluded(file: string, depth: number): Promise<Statement[]> {
  const known = includes.get(file) ?? readStatements(file, depth);
  includes.set(file, known);
  return known;
}

function includePath(command: string, file: string, line: number): string {
  const match = /^\\(i|ir|include|include_relative)\s+(?:'([^']+)'|(\S+))\s*$/.exec(command);
  const target = match?.[2] ?? match?.[3];
  if (!match || !target) {
    const name = command.split(/\s/, 1)[0] ?? command;
    throw new StatementError(
      `psql command ${name} is not supported; only \\ir and \\i are`,
      file,
      line,
    );
  }
  const relative = match[1] === "ir" || match[1] === "include_relative";
  return resolve(relative ? dirname(file) : process.cwd(), target);
}

async function metaCommands(bytes: Buffer, file: string): Promise<number[]> {
  const text = bytes.toString();
  const { tokens, error } = await parser.scan(text);
  if (error) throw new StatementError(error.message, file, lineOfChar(text, error.position));
  return tokens.filter((token) => token.kind === backslash).map((token) => token.start);
}

async function take(
  bytes: Buffer,
  from: number,
  to: number,
  file: string,
  isWhole: boolean,
): Promise<Statement[]> {
  const part = bytes.subarray(from, to);
  const text = part.toString();
  const baseLine = lineAt(bytes, from) - 1;
  const { tree, error } = await parser.parse(text);
  if (error) {
    throw new StatementError(error.message, file, baseLine + lineOfChar(text, error.position));
  }
  const found = isWhole ? (tree.stmts ?? []).slice(0, 1) : tree.stmts ?? [];
  const statements: Statement[] = [];
  for (const raw of found) {
    const start = raw.stmt_location ?? 0;
    const end = raw.stmt_len && !isWhole ? start + raw.stmt_len : part.length;
    const body = part.subarray(start, end).toString();
    const lead = leadingBlank(body);
    statements.push({
      sql: body.slice(lead),
      file,
      line: baseLine + lineAt(part, start) + newlines(body.slice(0, lead)),
    });
  }
  return statements;
}

function leadingBlank(sql: string): number {
  return /^(?:\s+|--[^\n]*(?:\n|$))*/.exec(sql)?.[0].length ?? 0;
}

function newlines(text: string): number {
  return text.split("\n").length - 1;
}

function lineAt(bytes: Buffer, offset: number): number {
  return 1 + newlines(bytes.subarray(0, offset).toString());
}

function lineOfChar(text: string, offset: number): number {
  return 1 + newlines(text.slice(0, offset));
}
