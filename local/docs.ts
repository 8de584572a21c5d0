import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { reliabilityBlocks, reliabilityPicture } from "../bench/report/reliability.ts";
import { denoFmt } from "./deno.ts";
import { root } from "./paths.ts";

interface Block {
  name: string;
  file: string;
  /** Asked of the catalog; or the lines of a table that stands in a file of results. */
  content: string | (() => Promise<string[][]>);
}

/** The tables in docs/ that the catalog, or a run's results, know better than a writer. */
const blocks: Block[] = [
  {
    name: "errors",
    file: "docs/errors.md",
    content: `
      select '\`' || e.code || '\`' as code, replace(e.sqlstate, 'PT', '') as "HTTP",
        e.message, e.hint
      from private.error_codes() as e
      order by e.sqlstate, e.code`,
  },
  {
    name: "transitions",
    file: "docs/errors.md",
    content: `
      select '\`' || t.from_state || '\`' as "from",
        string_agg('\`' || t.to_state || '\`', ', ' order by t.to_state) as "to",
        case when t.from_state in ('delivered', 'cancelled')
          then 'only by \`reopen_conversation_session\`' else '' end as "how"
      from private.session_transitions as t
      group by t.from_state
      order by t.from_state`,
  },
  {
    name: "data-tables",
    file: "docs/privacy.md",
    content: `
      select '\`' || replace(t.table_name, 'public.', '') || '\`' as "table",
        t.on_erase as "on erase", t.on_wipe as "on wipe",
        case when t.is_imported then 'and imported' when t.export_order is not null then 'yes'
          else '' end as "exported",
        t.note as "why"
      from private.data_tables as t
      order by t.export_order, t.table_name`,
  },
  {
    name: "data-columns",
    file: "docs/privacy.md",
    content: `
      select '\`' || replace(c.table_name, 'public.', '') || '\`' as "table",
        string_agg(c.column_name, ', ' order by c.column_name)
          filter (where c.class = 'content') as content,
        string_agg(c.column_name, ', ' order by c.column_name)
          filter (where c.class = 'personal') as personal
      from private.data_columns as c
      join private.data_tables as t on t.table_name = c.table_name
      where c.class in ('content', 'personal')
      group by c.table_name, t.export_order
      order by t.export_order, c.table_name`,
  },
  {
    name: "column-grants",
    file: "docs/security.md",
    content: `
      select '\`' || c.oid::regclass || '\`' as "table", '\`' || r.role || '\`' as role,
        lower(v.verb) as verb, string_agg(a.attname, ', ' order by a.attnum) as columns
      from pg_catalog.pg_class as c
      join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
      cross join (values ('authenticated'), ('service_role')) as r (role)
      cross join (values ('INSERT'), ('UPDATE')) as v (verb)
      where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
        and c.relkind in ('r', 'p') and not a.attisdropped
        and has_column_privilege(r.role, c.oid, a.attnum, v.verb)
      group by c.oid, r.role, v.verb
      order by c.oid::regclass::text, r.role, v.verb`,
  },
  { name: "attacks", file: "docs/attacks.md", content: attacks },
];

/** The newest results of `npm run test:attack -- --save`, in sums by family. */
async function attacks(): Promise<string[][]> {
  const folder = join(root, "bench/results/attack");
  const newest = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort().at(-1);
  // Written by test/attack/run.ts.
  const results = JSON.parse(await readFile(join(folder, newest ?? ""), "utf8")) as {
    tallies: { family: string; technique: string; tried: number; refused: number }[];
  };
  const line = (name: string, of: typeof results.tallies) => [
    name,
    String(of.length),
    String(of.reduce((sum, { tried }) => sum + tried, 0)),
    String(of.reduce((sum, { refused }) => sum + refused, 0)),
  ];
  const families = [...new Set(results.tallies.map(({ family }) => family))];
  return [
    ["what is tried", "techniques", "attempts", "refused"],
    ...families.map((name) => line(name, results.tallies.filter(({ family }) => family === name))),
    line("**all**", results.tallies),
  ];
}

/** The text with what stands between the marks of a block replaced. */
export function replaceBlock(text: string, name: string, table: string): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`no block ${name} between ${begin} and ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
}

function linesOf(result: pg.QueryResult<Record<string, string>>): string[][] {
  const names = result.fields.map((field) => field.name);
  return [names, ...result.rows.map((row) => names.map((n) => row[n] ?? ""))];
}

function markdown([head = [], ...rows]: string[][]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join(
    "\n",
  );
}

/** The pages as they should be, by file. */
async function generateDocs(dbUrl: string): Promise<Map<string, string>> {
  const client = new pg.Client({ connectionString: dbUrl });
  await client.connect();
  try {
    const pages = new Map<string, string>();
    for (const { name, file, content } of blocks) {
      const text = pages.get(file) ?? await readFile(join(root, file), "utf8");
      const lines = typeof content === "string"
        ? linesOf(await client.query(content))
        : await content();
      pages.set(file, replaceBlock(text, name, markdown(lines)));
    }
    // And what the results of tests know.
    const file = "docs/reliability.md";
    let text = await readFile(join(root, file), "utf8");
    for (const [name, table] of await reliabilityBlocks()) text = replaceBlock(text, name, table);
    pages.set(file, text);
    for (const [file, text] of pages) pages.set(file, denoFmt(text, "md"));
    pages.set(...await reliabilityPicture());
    return pages;
  } finally {
    await client.end();
  }
}

/** Writes the generated tables; with `check` only names the pages that are out of date. */
export async function writeDocs(dbUrl: string, check: boolean): Promise<string[]> {
  const stale: string[] = [];
  for (const [file, text] of await generateDocs(dbUrl)) {
    if (text === await readFile(join(root, file), "utf8")) continue;
    stale.push(file);
    if (!check) await writeFile(join(root, file), text);
  }
  return stale;
}
