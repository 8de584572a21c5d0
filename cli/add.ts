import { configText, migrationText, otherFiles } from "./bundle.ts";
import {
  askDatabase,
  type Clash,
  clashesInFiles,
  clashesInMigrations,
  describeClashes,
  joinClashes,
  type Live,
} from "./clashes.ts";
import { essence } from "./lists.ts";
import { packageRoot, version } from "./package.ts";
import { type Choice, choose, type Part, readParts } from "./parts.ts";
import { carryOut, compareFiles, describePlan, nextSteps, type Plan } from "./plan.ts";
import { exitCodes, Problem } from "./problem.ts";
import {
  findInConfig,
  folderIn,
  type Manifest,
  type Project,
  read,
  readProject,
  refuseStrays,
  sha256,
  withEndsOf,
} from "./project.ts";
import { stampsAfter } from "./stamps.ts";

export interface AddOptions {
  dir: string;
  without: string[] | undefined;
  dryRun: boolean;
  dbUrl: string | undefined;
  types: string | undefined;
  tests: boolean;
}

export type Print = (line: string) => void;

export async function add(options: AddOptions, print: Print): Promise<number> {
  const project = readProject(options.dir);
  refuseStrays(project);
  const parts = readParts(packageRoot);
  return project.manifest
    ? await addAgain(project, project.manifest, parts, options, print)
    : await addFirst(project, parts, options, print);
}

async function addFirst(
  project: Project,
  parts: Part[],
  options: AddOptions,
  print: Print,
): Promise<number> {
  const without = options.without ?? [];
  const choice = choose(parts, without);
  const types = choice.types ? folderIn(project.dir, options.types ?? "types/turnbase") : undefined;
  const wanted = otherFiles(choice, { types, tests: options.tests });
  const foundation = textOf(parts, "foundation");
  const live = options.dbUrl
    ? await askDatabase(options.dbUrl, foundation, choice.parts)
    : undefined;
  if (live?.installed) {
    throw new Problem(
      "Turnbase is in this database already, but not in this project's folder",
      "Take supabase/turnbase.json and its migrations from version control: npx supabase db pull would " +
        "bring them as one file that no upgrade knows",
      exitCodes.clash,
    );
  }
  const compared = compareFiles(project, wanted, {});
  const clashes = joinClashes([
    ...clashesInMigrations(project, choice.parts),
    ...clashesInFiles(project, choice, compared.kept),
    ...(live?.clashes ?? []),
  ]);

  const stamps = stampsAfter(versionsOf(project, live), choice.parts.length);
  const migrations = choice.parts.map((part, index) => copyOf(part, stamps[index] ?? "", choice));
  const appended = configText(choice.functions);
  const config = appended === "" ? undefined : withText(project.config, appended);
  const plan: Plan = {
    write: new Map([
      ...migrations.map(({ file, text }) => [file, text] as const),
      ...compared.write,
    ]),
    remove: [],
    kept: [],
    config: config?.text,
    manifest: {
      version,
      without: [...new Set([...without, ...choice.without.map(({ name }) => name)])].sort(),
      migrations: migrations.map((one) => one.entry),
      files: compared.files,
      config: config?.added ?? "",
      ...(types === undefined ? {} : { types }),
      tests: options.tests,
    },
  };

  print(`Turnbase ${version} into ${project.dir}, behind ${project.migrations.length} migrations`);
  sayChoice(choice, print);
  if (clashes.length > 0) return refuse(clashes, without, options, print);
  print("");
  for (const line of describePlan(plan)) print(line);
  for (const note of live?.notes ?? []) print(`  note: ${note}`);
  if (project.isDeclared) {
    print(
      "  note: your schema is declared in files. The CLI will write migrations that drop Turnbase, because " +
        "they do not declare it: docs/add-to-existing.md#beside-the-clis-other-commands",
    );
  }
  if (options.dryRun) {
    print(`\nNothing was written. Next: the same without --dry-run`);
    return exitCodes.done;
  }
  await carryOut(project, plan);
  sayNext(choice, types, print);
  return exitCodes.done;
}

/** Nothing that is there is written again: only what went missing comes back. */
async function addAgain(
  project: Project,
  manifest: Manifest,
  parts: Part[],
  options: AddOptions,
  print: Print,
): Promise<number> {
  if (manifest.rollback) {
    throw new Problem(
      `Turnbase is being taken out of this project: ${manifest.rollback}`,
      "End that first: npx supabase db push, then npx turnbase remove --db-url <url>",
    );
  }
  const choice = choose(parts, manifest.without);
  const asked = options.without && choose(parts, options.without);
  if (asked && asked.parts.length !== choice.parts.length) {
    throw new Problem(
      `Turnbase is in this project already, without: ${manifest.without.join(", ") || "nothing"}`,
      "Parts are chosen once. Nothing pushed yet? npx turnbase remove --db-url <url>, then add again",
      exitCodes.usage,
    );
  }
  if (options.types && folderIn(project.dir, options.types) !== manifest.types) {
    throw new Problem(
      `Turnbase is in this project already, and its types are ${
        manifest.types === undefined ? "left out" : `in ${manifest.types}`
      }`,
      `Write them there, too: npx turnbase types --out ${quoted(options.types)}`,
      exitCodes.usage,
    );
  }
  const changed = changedSources(manifest, parts);
  const later = choice.parts.filter(({ file }) =>
    !manifest.migrations.some((m) => m.from === file)
  );
  if (manifest.version !== version || changed.length > 0 || later.length > 0) {
    throw new Problem(
      `this project has Turnbase ${manifest.version}, and this is another: ${version}`,
      "Take the later files in: npx turnbase upgrade",
      exitCodes.usage,
    );
  }
  const tests = manifest.tests || options.tests;
  const wanted = otherFiles(choice, { types: manifest.types, tests });
  const compared = compareFiles(project, wanted, manifest.files);
  const write = new Map(compared.write);
  const kept = [...compared.kept];
  for (const { from, file, sha256: hash } of manifest.migrations) {
    const part = parts.find((one) => one.file === from);
    const there = read(project.dir, file);
    if (there === undefined && part) write.set(file, migrationText(part, choice));
    else if (there !== undefined && sha256(there) !== hash) kept.push(file);
  }
  const isInConfig = findInConfig(project, manifest.config) !== undefined;
  const plan: Plan = {
    write,
    remove: [],
    kept,
    config: isInConfig ? undefined : withText(project.config, manifest.config).text,
    manifest: { ...manifest, files: { ...manifest.files, ...compared.files }, tests },
  };
  print(`Turnbase ${version} is in ${project.dir} already`);
  for (const line of describePlan(plan)) print(line);
  const nothing = write.size === 0 && plan.config === undefined;
  if (nothing) print("Nothing to write. Next: npx supabase db push, where that has not been done");
  else if (options.dryRun) print("Nothing was written. Next: the same without --dry-run");
  else {
    await carryOut(project, plan);
    print(`Written. Next: ${nextSteps(plan)}`);
  }
  return kept.length > 0 ? exitCodes.kept : exitCodes.done;
}

/** Versions of the project and its database, for stamps that come after both. */
export function versionsOf(project: Project, live: Pick<Live, "versions"> | undefined): string[] {
  return [
    ...project.migrations.map((name) => name.slice(0, name.indexOf("_"))),
    ...(live?.versions ?? []),
  ];
}

export function textOf(parts: readonly Part[], name: string): string {
  return parts.find((part) => part.name === name)?.text ?? "";
}

/** A migration under its stamp, with what the manifest says of it. */
export function copyOf(part: Part, stamp: string, choice: Choice) {
  const file = `supabase/migrations/${stamp}_turnbase_${part.file}.sql`;
  const text = migrationText(part, choice);
  const entry = {
    from: part.file,
    file,
    source: sha256(essence(part.text)),
    sha256: sha256(text),
  };
  return { file, text, entry };
}

/** Files that the project has as they were once. */
export function changedSources(manifest: Manifest, parts: readonly Part[]): string[] {
  return manifest.migrations.filter(({ from, source }) => {
    const part = parts.find(({ file }) => file === from);
    return part !== undefined && sha256(essence(part.text)) !== source;
  }).map(({ from }) => from);
}

/** Behind what is there, so that taking it out again leaves the file as it was. */
export function withText(config: string, text: string): { text: string; added: string } {
  const added = config === "" || config.endsWith("\n") ? text : `\n${text}`;
  return { text: config + withEndsOf(config, added), added };
}

function sayChoice(choice: Choice, print: Print): void {
  if (choice.without.length === 0) return print("with all parts");
  const named = choice.without.filter(({ name }) => !choice.because.has(name));
  if (named.length > 0) print(`without ${named.map(({ name }) => name).join(", ")}`);
  for (const [name, needed] of choice.because) print(`without ${name}, which needs ${needed}`);
}

function refuse(
  clashes: readonly Clash[],
  without: readonly string[],
  options: AddOptions,
  print: Print,
): number {
  print(`\n${clashes.length} of its names are taken. Nothing was written.`);
  for (const line of describeClashes(clashes)) print(line);
  const names = clashes.flatMap((clash) => clash.without ?? []);
  if (names.length > 0) {
    const all = [...new Set([...without, ...names])].join(",");
    print(`\nNext: npx turnbase add --without ${all}${sameFlags(options)}`);
  }
  if (names.length < clashes.length) {
    const lead = names.length > 0 ? "Before that" : "\nNext";
    print(`${lead}: rename or move what cannot be left out, in a migration of your own`);
  }
  return exitCodes.clash;
}

/** What was asked, for the command that asks again; a URL holds a password, which is not printed. */
function sameFlags({ dir, dbUrl, types, tests, dryRun }: AddOptions): string {
  return [
    dir === "." ? "" : ` --dir ${quoted(dir)}`,
    dbUrl === undefined ? "" : " --db-url <url>",
    types === undefined ? "" : ` --types ${quoted(types)}`,
    tests ? " --tests" : "",
    dryRun ? " --dry-run" : "",
  ].join("");
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `"${word}"`;
}

function sayNext(choice: Choice, types: string | undefined, print: Print): void {
  print("\nWritten. Next:");
  print(
    "  npx supabase db push                       the migrations, into your project's database",
  );
  if (choice.functions.length > 0) {
    print("  npx supabase functions deploy              with the secrets of");
    print("                                             supabase/functions/_turnbase/.env.example");
  }
  if (choice.parts.some(({ name }) => name === "store-doctor")) {
    print("  npx turnbase doctor --db-url <url>         whether all is well");
  }
  if (types) print(`  import type { Turnbase } from "./${types}/project.js"`);
}
