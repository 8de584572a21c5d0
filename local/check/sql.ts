import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PgParser, type ScanToken } from "@supabase/pg-parser";
import { projectFiles, root } from "./files.ts";

const parser = new PgParser({ version: 17 });
const maxColumns = 110;
const backslash = "ASCII_92";

// The fixtures of the pgTAP runner are broken on purpose.
const sqlFiles = /^(supabase|local|bench|examples|test(?!\/pgtap\/fixtures))\/.*\.(sql|psql)$/;
const migration = /^supabase\/migrations\//;
const unwantedTypes = new Map([
  ["varchar", "text"],
  ["bpchar", "text"],
  ["timestamp", "timestamptz"],
  ["json", "jsonb"],
  ["money", "numeric"],
  ["serial", "bigint generated always as identity"],
  ["bigserial", "bigint generated always as identity"],
]);

interface Word {
  text: string;
  start: number;
  end: number;
  /** Strings and comments keep their text as it is. */
  verbatim: boolean;
}

interface Parsed {
  text: string;
  kinds: string[];
  usesPsql: boolean;
  problems: string[];
}

/** Checks, or with `fix` mends, the layout of every SQL file. */
export async function sqlFormat(fix: boolean): Promise<string[]> {
  const problems: string[] = [];
  for (const file of await projectFiles(sqlFiles)) {
    const path = join(root, file);
    let text = await readFile(path, "utf8");
    if (fix) {
      const mended = await mend(text);
      if (mended !== text) await writeFile(path, mended);
      text = mended;
    }
    problems.push(...(await layout(text)).map((problem) => `${file}:${problem}`));
  }
  return problems;
}

/** Parses every SQL file, and `language sql` bodies, and names column types that the style rules out. */
export async function sqlLint(): Promise<string[]> {
  const problems: string[] = [];
  for (const file of await projectFiles(sqlFiles)) {
    const source = await readFile(join(root, file), "utf8");
    const isMigration = migration.test(file);
    const found = [
      ...(await parseSql(source, isMigration)).problems,
      ...(isMigration ? await unconditional(source) : []),
    ];
    problems.push(...found.map((problem) => `${file}:${problem}`));
  }
  return problems;
}

/** Statement kinds and problems (`line: what`) of one file; psql commands count as blank. */
export async function parseSql(source: string, isMigration: boolean): Promise<Parsed> {
  const commands = (await scan(source)).filter((token) => token.kind === backslash);
  // Outside migrations, psql's :"name" and :'name' stand for a name and a string.
  let text = isMigration ? source : source.replace(/(?<!:):(?=["'][a-z_]+["'])/g, " ");
  for (const { start } of commands) {
    const end = text.indexOf("\n", start);
    const line = text.slice(start, end === -1 ? undefined : end);
    text = text.slice(0, start) + " ".repeat(line.length) + text.slice(start + line.length);
  }
  const { tree, error } = await parser.parse(text);
  const parsed: Parsed = { text, kinds: [], usesPsql: commands.length > 0, problems: [] };
  if (error) {
    parsed.problems.push(`${lineOf(text, error.position)}: ${error.message}`);
    return parsed;
  }
  for (const raw of tree.stmts ?? []) {
    const [kind, node] = Object.entries(raw.stmt ?? {})[0] ?? ["", undefined];
    const at = Buffer.from(text).subarray(0, raw.stmt_location ?? 0).toString().length;
    const line = lineOf(text, at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0));
    parsed.kinds.push(kind);
    if (kind === "CreateFunctionStmt") parsed.problems.push(...await bodyProblems(node, line));
    if (isMigration) parsed.problems.push(...columnTypeProblems(node, line));
  }
  return parsed;
}

async function bodyProblems(node: unknown, line: number): Promise<string[]> {
  const options = new Map<string, string[]>();
  for (const option of records(node, "DefElem")) {
    if (typeof option["defname"] === "string") {
      options.set(option["defname"], strings(option["arg"]));
    }
  }
  const body = options.get("as")?.[0];
  if (body === undefined || options.get("language")?.[0] !== "sql") return [];
  const { error } = await parser.parse(body);
  return error ? [`${line}: in the function's body: ${error.message}`] : [];
}

/** Updates and deletes of whole tables: Supabase's data API refuses them (safeupdate), also in functions. */
async function unconditional(text: string): Promise<string[]> {
  const words = (await readWords(text)).filter(({ verbatim }) => !verbatim);
  const said = (from: number, to: number) =>
    words.slice(from, to).map((word) => word.text).join(" ");
  const problems: string[] = [];
  for (const [index, word] of words.entries()) {
    if (!/^(delete from|update (?!set )[\w. ]+? set)\b/.test(said(index, index + 8))) continue;
    let depth = 0;
    let hasCondition = false;
    for (const { text: next } of words.slice(index)) {
      if (next === "(") depth++;
      else if (next === ")") depth--;
      if (depth < 0 || (depth === 0 && next === ";")) break;
      hasCondition ||= depth === 0 && next === "where";
    }
    if (!hasCondition) {
      problems.push(`${lineOf(text, word.start)}: ${word.text} without a condition`);
    }
  }
  return problems;
}

function columnTypeProblems(node: unknown, line: number): string[] {
  return records(node, "ColumnDef").flatMap((column) => {
    const typeName = column["typeName"];
    const type = strings(isRecord(typeName) ? typeName["names"] : undefined).at(-1) ?? "";
    const better = unwantedTypes.get(type);
    return better ? [`${line}: column ${String(column["colname"])}: ${better}, not ${type}`] : [];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function records(node: unknown, name: string): Record<string, unknown>[] {
  if (!isRecord(node)) return [];
  return Object.entries(node).flatMap(([key, value]) => [
    ...(key === name && isRecord(value) ? [value] : []),
    ...records(value, name),
  ]);
}

function strings(node: unknown): string[] {
  return records(node, "String").flatMap(({ sval }) => typeof sval === "string" ? [sval] : []);
}

async function layout(text: string): Promise<string[]> {
  const words = await readWords(text);
  const problems: [line: number, what: string][] = words
    .filter(isShouted)
    .map((word) => [lineOf(text, word.start), `write ${word.text} in lowercase`]);
  let start = 0;
  for (const [index, line] of text.split("\n").entries()) {
    const at = index + 1;
    const inside = (column: number) =>
      words.some((w) => w.verbatim && w.start < start + column && start + column < w.end);
    const inWord = inside(0);
    if (line.includes("\t") && !inWord) problems.push([at, "a tab"]);
    if (/[ \t\r]$/.test(line) && !inside(line.length)) problems.push([at, "a trailing blank"]);
    const indent = line.length - line.trimStart().length;
    if (
      indent % 2 === 1 && line.trim() && !inWord && indent !== hangingIndent(text, words, start)
    ) {
      problems.push([at, "an odd indentation"]);
    }
    const isComment = line.trimStart().startsWith("--");
    if (line.length > maxColumns && (isComment || !inside(maxColumns))) {
      problems.push([at, `${line.length} columns, ${maxColumns} at most`]);
    }
    start += line.length + 1;
  }
  if (!text.endsWith("\n") || text.endsWith("\n\n")) {
    problems.push([text.split("\n").length, "the file ends with one newline"]);
  }
  return problems.sort((a, b) => a[0] - b[0]).map(([line, what]) => `${line}: ${what}`);
}

/** The column behind the innermost bracket that is open at `at`: where a continued tuple lines up. */
function hangingIndent(text: string, words: Word[], at: number): number {
  const open: number[] = [];
  for (const word of words) {
    if (word.start >= at) break;
    if (word.text === "(") open.push(word.start);
    else if (word.text === ")") open.pop();
  }
  const bracket = open.at(-1);
  return bracket === undefined ? -1 : bracket - text.lastIndexOf("\n", bracket);
}

async function mend(text: string): Promise<string> {
  const words = await readWords(text);
  let lowered = text;
  for (const word of words.filter(isShouted)) {
    lowered = lowered.slice(0, word.start) + word.text.toLowerCase() + lowered.slice(word.end);
  }
  let start = 0;
  const lines = lowered.split("\n").map((line) => {
    const end = start + line.length;
    const inside = words.some((word) => word.verbatim && word.start < end && end < word.end);
    const blank = line.replace(/^\t+/, (tabs) => "  ".repeat(tabs.length)).trimEnd();
    start = end + 1;
    return inside ? line : blank;
  });
  return `${lines.join("\n").trimEnd()}\n`;
}

function isShouted(word: Word): boolean {
  return !word.verbatim && word.text !== word.text.toLowerCase();
}

/** The words of a file; the body of a function counts as words, every other string as one. */
async function readWords(text: string, offset = 0): Promise<Word[]> {
  const words: Word[] = [];
  let statement: string[] = [];
  for (const token of await scan(text)) {
    const { kind, start, end } = token;
    if (kind === "ASCII_59") statement = [];
    else if (!/COMMENT/.test(kind)) statement.push(token.text.toLowerCase());
    const body = /^(\$\w*\$)([\s\S]*)\1$/.exec(token.text);
    if (body && statement.length > 0 && holdsBody(statement)) {
      const from = start + (body[1]?.length ?? 0);
      words.push(...(await readWords(body[2] ?? "", offset + from)));
      continue;
    }
    const isName = token.keywordKind !== "none" ||
      (kind === "IDENT" && !token.text.startsWith('"'));
    words.push({
      text: token.text,
      start: offset + start,
      end: offset + end,
      verbatim: !isName && !kind.startsWith("ASCII_"),
    });
  }
  return words;
}

function holdsBody(statement: string[]): boolean {
  const [first, second, , fourth] = statement;
  if (first === "do") return true;
  const made = second === "or" ? fourth : second;
  return first === "create" && (made === "function" || made === "procedure");
}

/** Tokens with offsets in characters; none for a text that the scanner cannot read (the lint says so). */
async function scan(text: string): Promise<ScanToken[]> {
  const { tokens } = await parser.scan(text);
  if (!tokens) return [];
  const charAt: number[] = [];
  let chars = 0;
  for (const char of text) {
    for (let byte = Buffer.byteLength(char); byte > 0; byte--) charAt.push(chars);
    chars += char.length;
  }
  charAt.push(chars);
  return tokens.map((token) => ({
    ...token,
    start: charAt[token.start] ?? token.start,
    end: charAt[token.end] ?? token.end,
  }));
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split("\n").length;
}
