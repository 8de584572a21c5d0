import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { projectFiles, root } from "./files.ts";
import { parseSql } from "./sql.ts";

/** Names, headers and shape of the migrations: each one transaction, without psql commands. */
export async function migrations(): Promise<string[]> {
  const problems: string[] = [];
  const numbers = new Set<string>();
  for (const file of await projectFiles(/^supabase\/migrations\//)) {
    const text = await readFile(join(root, file), "utf8");
    const name = basename(file, ".sql");
    const number = /^(\d{3}0)_[a-z][a-z0-9_]*$/.exec(name)?.[1];
    const add = (problem: string) => problems.push(`${file}: ${problem}`);
    if (number === undefined) add("is not named NNNN_<noun>.sql with a number that ends in 0");
    else if (numbers.has(number)) add(`number ${number} is taken`);
    else numbers.add(number);
    const header = /^(?:--.*\n)+/.exec(text)?.[0] ?? "";
    if (!header.startsWith(`-- ${name}: `)) add(`does not begin with "-- ${name}: <purpose>"`);
    if (!/\bbreaking: (yes|no)\b/i.test(header)) add('its header does not say "breaking: yes|no"');
    // The SQL lint prints what does not parse.
    const parsed = await parseSql(text, true);
    if (parsed.usesPsql) add("holds a psql command");
    if (parsed.kinds.includes("TransactionStmt")) add("begins or ends a transaction itself");
    if (parsed.kinds.length === 0) add("holds no statement, or does not parse");
  }
  return problems;
}
