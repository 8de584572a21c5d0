import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { projectFiles, root } from "./files.ts";

const [begin, end] = ["-- begin list", "-- end list"];

const copies = ["supabase/rollback.sql", "supabase/migrations/0990_store_doctor.sql"];

/** The list of clashes in 0010 names what rollback.sql drops and store_doctor looks after; with `fix` it is written into both. */
export async function rollbackList(fix: boolean): Promise<string[]> {
  const { lines, problems } = await readList();
  for (const file of copies) problems.push(...(await copyList(file, lines, fix)));
  return problems;
}

async function copyList(file: string, lines: string, fix: boolean): Promise<string[]> {
  const text = await readFile(join(root, file), "utf8");
  const from = text.indexOf("\n", text.indexOf(begin)) + 1;
  const to = text.lastIndexOf("\n", text.indexOf(end)) + 1;
  if (from === 0 || to < from) return [`${file}: no list between "${begin}" and "${end}"`];
  if (text.slice(from, to) === lines) return [];
  if (!fix) return [`${file}: its list is not that of 0010: run npm run format`];
  await writeFile(join(root, file), text.slice(0, from) + lines + text.slice(to));
  return [];
}

async function readList(): Promise<{ lines: string; problems: string[] }> {
  const files = (await projectFiles(/^supabase\/migrations\//)).map((path) =>
    basename(path, ".sql")
  );
  const foundation = await readFile(
    join(root, "supabase/migrations/0010_foundation.sql"),
    "utf8",
  );
  const [list = ""] = /^ *with wanted \(kind, name\) as \([^]*?^ {2}\)$/m.exec(foundation) ?? [];
  const found = new Map(files.map((name) => [name, [] as [kind: string, name: string][]]));
  const problems: string[] = [];
  let current: [string, string][] = [];
  for (
    // An extension is looked up, not made.
    const [, file, kind, name] of list.matchAll(
      /^ *-- (\S+)$|\('(table|type|function)', '([\w.]+)'\)/gm,
    )
  ) {
    if (kind && name) current.push([kind, name]);
    else if (file && found.has(file)) current = found.get(file) ?? [];
    else problems.push(`0010_foundation.sql: its list names ${file}, which is no migration`);
  }
  const rows: string[] = [];
  for (const [file, objects] of found) {
    // By one of them rollback.sql sees that the file was run.
    if (
      !objects.some(([, name]) => name.startsWith("private.")) &&
      !objects.every(([kind]) => kind === "table")
    ) {
      problems.push(`0010_foundation.sql: ${file} has no object in schema private in its list`);
    }
    if (objects.length === 0) rows.push(`('${file}', '', '')`);
    rows.push(...objects.map(([kind, name]) => `('${file}', '${kind}', '${name}')`));
  }
  return { lines: rows.map((row) => `      ${row}`).join(",\n") + "\n", problems };
}
