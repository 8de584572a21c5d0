import { changedSources, copyOf, type Print, textOf, versionsOf, withText } from "./add.ts";
import { configText, filesOf, otherFiles } from "./bundle.ts";
import {
  askDatabase,
  clashesInFiles,
  clashesInMigrations,
  describeClashes,
  joinClashes,
} from "./clashes.ts";
import { clashCheck, ownNames } from "./lists.ts";
import { packageRoot, version } from "./package.ts";
import { choose, type Part, readParts } from "./parts.ts";
import { carryOut, compareFiles, describePlan, nextSteps, omit, type Plan } from "./plan.ts";
import { exitCodes, Problem } from "./problem.ts";
import { readProject, refuseStrays, sha256, takenIn } from "./project.ts";
import { stampsAfter } from "./stamps.ts";

export interface UpgradeOptions {
  dir: string;
  dryRun: boolean;
  dbUrl: string | undefined;
}

/** Adds the migrations that came after those which the project has, and renews the files that nobody changed. */
export async function upgrade(options: UpgradeOptions, print: Print): Promise<number> {
  const project = readProject(options.dir);
  const manifest = takenIn(project);
  refuseStrays(project);
  const parts = readParts(packageRoot);
  const older = manifest.migrations.filter(({ from }) => !parts.some(({ file }) => file === from));
  if (older.length > 0) {
    throw new Problem(
      `this package is older than what the project has: it knows no ${older[0]?.from}`,
      `Take a package not older than ${manifest.version}: npx turnbase@latest upgrade`,
      exitCodes.usage,
    );
  }
  const changed = changedSources(manifest, parts);
  if (changed.length > 0) {
    throw new Problem(
      `these migrations are others than those which the project has: ${changed.join(", ")}`,
      "Before the first release migrations were edited in place, and there is no way from one to the " +
        "other but out and in: npx turnbase remove, export first",
      exitCodes.clash,
    );
  }

  const choice = choose(parts, manifest.without);
  const later = choice.parts.filter(({ file }) =>
    !manifest.migrations.some(({ from }) => from === file)
  );
  const foundation = textOf(parts, "foundation");
  const live = options.dbUrl ? await askDatabase(options.dbUrl, foundation, later) : undefined;
  const newFunctions = choice.functions.filter((name) =>
    !manifest.config.includes(`[functions.${name}]`)
  );
  const wanted = otherFiles(choice, { types: manifest.types, tests: manifest.tests });
  const history = extraBefore(manifest.files);
  const compared = compareFiles(project, wanted, omit(manifest.files, history));
  const foreign = compared.kept.filter((file) => manifest.files[file] === undefined);
  const clashes = joinClashes([
    ...clashesInMigrations(project, later),
    ...clashesInFiles(project, { ...choice, functions: newFunctions }, foreign),
    ...(live?.clashes ?? []),
  ]);
  if (clashes.length > 0) {
    print(`${clashes.length} names of Turnbase ${version} are taken. Nothing was written.`);
    for (const line of describeClashes(clashes.map((one) => ({ ...one, without: undefined })))) {
      print(line);
    }
    print("\nNext: rename or move yours in a migration of your own, then npx turnbase upgrade");
    return exitCodes.clash;
  }

  const files = filesOf(choice.parts);
  const stamps = stampsAfter(versionsOf(project, live), later.length + 2);
  const copies = later.map((part, index) => copyOf(part, stamps[index + 1] ?? "", choice));
  const write = new Map(copies.map(({ file, text }) => [file, text] as const));
  const extra = later.length === 0 ? [] : [
    extraFile(stamps[0], "check", checkText(foundation, later)),
    extraFile(stamps.at(-1), "end", endText(choice.parts, files)),
  ].filter(({ text }) => text !== "");
  for (const { file, text } of extra) write.set(file, text);
  for (const [file, text] of compared.write) write.set(file, text);

  const appended = configText(newFunctions);
  const config = appended === "" ? undefined : withText(project.config, appended);
  const plan: Plan = {
    write,
    remove: compared.remove,
    kept: compared.kept,
    config: config?.text,
    manifest: {
      ...manifest,
      version,
      without: [...new Set([...manifest.without, ...choice.without.map(({ name }) => name)])]
        .sort(),
      migrations: [...manifest.migrations, ...copies.map(({ entry }) => entry)],
      files: {
        ...compared.files,
        ...Object.fromEntries(extra.map(({ file, text }) => [file, sha256(text)])),
        ...history,
      },
      config: manifest.config + (config?.added ?? ""),
    },
  };
  print(`Turnbase ${manifest.version} in ${project.dir}, to ${version}`);
  for (const line of describePlan(plan)) print(line);
  const nothing = write.size === 0 && compared.remove.length === 0 && plan.config === undefined;
  if (options.dryRun) print("Nothing was written. Next: the same without --dry-run");
  else {
    await carryOut(project, plan);
    if (nothing) {
      print("Nothing to write. Next: npx supabase db push, where that has not been done");
    } else print(`Written. Next: ${nextSteps(plan)}`);
  }
  if (compared.kept.length > 0) {
    print("What you changed stays as it is: compare it with the package's by hand");
    return exitCodes.kept;
  }
  return exitCodes.done;
}

const extraName = /^supabase\/migrations\/\d+_turnbase_(?:check|end)\.sql$/;

function extraFile(stamp = "", name: string, text: string) {
  return { file: `supabase/migrations/${stamp}_turnbase_${name}.sql`, text };
}

/** Those of earlier upgrades: history, which stays. */
export function extraBefore(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([file]) => extraName.test(file)));
}

/** Looks for clashes of the later files before the first of them makes anything. */
function checkText(foundation: string, later: readonly Part[]): string {
  const check = clashCheck(foundation, filesOf(later));
  return check && `-- What the next files make must not be there already.\n${check}`;
}

/** Tells the doctor and the schedules of the later files. */
function endText(parts: readonly Part[], files: ReadonlySet<string>): string {
  const blocks: string[] = [];
  const schedules = textOf(parts, "schedules");
  if (schedules) blocks.push(schedules);
  const doctor = textOf(parts, "store-doctor");
  if (doctor) blocks.push(ownNames(doctor, files), "select private.remember_objects();\n");
  return blocks.join("\n");
}
