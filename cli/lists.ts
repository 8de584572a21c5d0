import type { Named } from "./parts.ts";

// In 0010: `-- 0020_brands`, then lines of `('table', 'public.brands'), …`.
const wanted = /^( *with wanted \(kind, name\) as \(\n *values\n)([^]*?)(^ {2}\)$)/m;
const entry = /\('(table|type|function|extension)', '([\w.]+)'\)/g;

/** What the list in 0010 says that each file makes. */
export function readListed(foundation: string): Map<string, Named[]> {
  const found = new Map<string, Named[]>();
  for (const [file, lines] of sections(wanted.exec(foundation)?.[2] ?? "")) {
    const objects = [...lines.matchAll(entry)].map(([, kind, name]) => named(kind, name));
    found.set(file, objects);
  }
  return found;
}

function named(kind = "", name = ""): Named {
  return {
    kind: kind === "table" || kind === "type" || kind === "extension" ? kind : "function",
    name,
  };
}

function sections(list: string): [file: string, lines: string][] {
  return list.split(/^ *-- (?=\d{4}_)/m).slice(1).map((section) => {
    const end = section.indexOf("\n") + 1;
    return [section.slice(0, end - 1), section.slice(end)];
  });
}

/** 0010 with the clashes of these files alone. */
export function trimWanted(foundation: string, files: ReadonlySet<string>): string {
  return foundation.replace(wanted, (_, before: string, list: string, after: string) => {
    const kept = sections(list).filter(([file, lines]) => files.has(file) && lines.trim() !== "");
    const text = kept.map(([file, lines]) => `      -- ${file}\n${lines}`).join("");
    return before + text.replace(/,\n$/, "\n") + after;
  });
}

// In 0990 and rollback.sql: a line `('0020_brands', 'table', 'public.brands'),` an object.
const perFile = /(^ *-- begin list.*\n)([^]*?)(^ *-- end list$)/m;

export function trimPerFile(text: string, files: ReadonlySet<string>): string {
  return text.replace(perFile, (_, begin: string, list: string, end: string) => {
    const kept = list.split("\n").filter((line) => files.has(/\('(\w+)'/.exec(line)?.[1] ?? ""));
    return begin + kept.join("\n").replace(/,$/, "") + "\n" + end;
  });
}

/** The text without comments and lists, which change when files are added. */
export function essence(text: string): string {
  return text.replace(wanted, "").replace(perFile, "").replace(/^ *--.*\n/gm, "");
}

/** The block of 0010 that looks for clashes, for these files; empty where they make nothing that could clash. */
export function clashCheck(foundation: string, files: ReadonlySet<string>): string {
  const listed = readListed(foundation);
  if (![...files].some((file) => listed.get(file)?.length)) return "";
  const [block = ""] = /^do \$\$\n[^]*?^\$\$;\n/m.exec(foundation) ?? [];
  return trimWanted(block, files);
}

/** The query in it: rows of kind and name that exist already. */
export function clashQuery(foundation: string, files: ReadonlySet<string>): string {
  const block = clashCheck(foundation, files);
  const [, query = ""] = /^( *with wanted [^]*?)^ *if v_clashes/m.exec(block) ?? [];
  return query.replace(/select string_agg\([^]*?\n *into v_clashes/, "select w.kind, w.name");
}

/** The function of 0990 that holds its list, to put in place of the one that is there. */
export function ownNames(doctor: string, files: ReadonlySet<string>): string {
  const [text = ""] = /^create function private\.own_names\(\)[^]*?^\$\$;\n/m.exec(doctor) ?? [];
  return trimPerFile(text.replace(/^create function/, "create or replace function"), files);
}
