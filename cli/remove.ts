import type { Print } from "./add.ts";
import { versionsOf } from "./add.ts";
import { rollbackText } from "./bundle.ts";
import { isInstalled, readHistory, withDatabase } from "./database.ts";
import { packageRoot } from "./package.ts";
import { readParts } from "./parts.ts";
import { carryOut, compareFiles, describePlan, omit, type Plan } from "./plan.ts";
import { exitCodes, Problem } from "./problem.ts";
import {
  findInConfig,
  type Manifest,
  type Project,
  read,
  readProject,
  refuseStrays,
  sha256,
} from "./project.ts";
import { stampsAfter } from "./stamps.ts";
import { extraBefore } from "./upgrade.ts";

export interface RemoveOptions {
  dir: string;
  dryRun: boolean;
  dbUrl: string | undefined;
}

/**
 * Takes Turnbase out in two steps: a migration that removes it from the database, and once that has run, the
 * migrations themselves, which the database's history names until then.
 */
export async function remove(options: RemoveOptions, print: Print): Promise<number> {
  const project = readProject(options.dir);
  const { manifest } = project;
  if (!manifest) {
    throw new Problem(
      `Turnbase is not in ${project.dir}: there is no supabase/turnbase.json`,
      'Is it in the database alone? docs/deploy.md, "Take it out again"',
      exitCodes.usage,
    );
  }
  refuseStrays(project);
  const live = options.dbUrl
    ? await withDatabase(options.dbUrl, async (client) => ({
      versions: await readHistory(client),
      installed: await isInstalled(client),
    }))
    : undefined;
  const ours = [
    ...manifest.migrations.map(({ file }) => file),
    ...Object.keys(extraBefore(manifest.files)),
    ...(manifest.rollback ? [manifest.rollback] : []),
  ];
  const pushed = ours.map(versionOf).filter((version) => live?.versions.includes(version));
  if (live && !live.installed && (manifest.rollback || pushed.length === 0)) {
    return await forget(project, manifest, ours, pushed, options, print);
  }
  if (manifest.rollback) {
    throw new Problem(
      live ? "Turnbase is in the database still" : `the migration is written: ${manifest.rollback}`,
      "Push it, then see that nothing is left: npx supabase db push && npx turnbase remove --db-url <url>",
    );
  }
  const [stamp = ""] = stampsAfter(versionsOf(project, live), 1);
  const rollback = `supabase/migrations/${stamp}_turnbase_remove.sql`;
  const { files, ...kept } = manifest;
  const history = extraBefore(files);
  const compared = compareFiles(project, new Map(), omit(files, history));
  const plan: Plan = {
    write: new Map([[
      rollback,
      rollbackText(new Set(manifest.migrations.map(({ from }) => from))),
    ]]),
    remove: compared.remove,
    kept: compared.kept,
    config: configWithout(project, manifest),
    manifest: { ...kept, files: history, config: "", rollback },
  };
  print(`Turnbase ${manifest.version} out of ${project.dir}`);
  for (const line of describePlan(plan)) print(line);
  if (options.dryRun) print("Nothing was written. Next: the same without --dry-run");
  else {
    await carryOut(project, plan);
    print("\nWritten. Pushing it destroys every conversation. Next:");
    print(
      "  npx supabase db dump --data-only --schema public,private -f data.sql   what you want to keep",
    );
    print("  empty the bucket attachments in the dashboard (Storage), if you use it");
    print("  npx supabase db push");
    print(
      "  npx supabase functions delete <name>                                   those that were deployed",
    );
    print(
      "  npx turnbase remove --db-url <url>                                     the migrations go, too",
    );
    const named = namedIn(project, manifest, ours);
    if (named.length > 0) {
      print(
        "\nThese migrations of yours name what goes, and fail where all are run again without it:",
      );
      for (const line of named) print(`  ${line}`);
    }
  }
  return said(compared.kept, print);
}

/** The last step: nothing of it is in the database. */
async function forget(
  project: Project,
  manifest: Manifest,
  ours: readonly string[],
  pushed: readonly string[],
  options: RemoveOptions,
  print: Print,
): Promise<number> {
  const hashes = {
    ...manifest.files,
    ...Object.fromEntries(manifest.migrations.map(({ file, sha256 }) => [file, sha256])),
  };
  // Written by remove, and told by its name.
  const text = manifest.rollback ? read(project.dir, manifest.rollback) : undefined;
  if (manifest.rollback && text !== undefined) hashes[manifest.rollback] = sha256(text);
  const compared = compareFiles(project, new Map(), hashes);
  // They did run, whatever became of the files.
  const changed = compared.kept.filter((file) => ours.includes(file));
  const plan: Plan = {
    write: new Map(),
    remove: [...compared.remove, ...changed],
    kept: compared.kept.filter((file) => !ours.includes(file)),
    config: configWithout(project, manifest),
    manifest: undefined,
  };
  print(`Turnbase is not in the database; out of ${project.dir}`);
  for (const line of describePlan(plan)) print(line);
  if (options.dryRun) print("Nothing was written. Next: the same without --dry-run");
  else {
    await carryOut(project, plan);
    if (pushed.length === 0) print("\nNothing of Turnbase is left");
    else {
      print("\nNothing of Turnbase is left but its lines in the history of migrations. Next:");
      print(`  npx supabase migration repair --status reverted ${pushed.join(" ")}`);
    }
  }
  return said(plan.kept, print);
}

/** The project's own migrations that name something of Turnbase's, each with the first that it names. */
function namedIn(
  { dir, migrations }: Project,
  manifest: Manifest,
  ours: readonly string[],
): string[] {
  const taken = new Set(manifest.migrations.map(({ from }) => from));
  const names = readParts(packageRoot).filter(({ file }) => taken.has(file))
    .flatMap(({ objects }) => objects)
    .filter(({ kind }) => kind === "table" || kind === "type" || kind === "function")
    .map(({ name }) => name);
  // With the schema alone: a bare name may mean something else.
  const all = new RegExp(`\\b(?:${names.join("|").replaceAll(".", "\\.")})\\b`);
  return migrations.map((name) => `supabase/migrations/${name}`)
    .filter((file) => !ours.includes(file))
    .flatMap((file) => {
      const [found] = all.exec((read(dir, file) ?? "").replaceAll('"', "")) ?? [];
      return found === undefined ? [] : [`${file}: ${found}`];
    });
}

function said(kept: readonly string[], print: Print): number {
  if (kept.length === 0) return exitCodes.done;
  print("What you changed stays: delete it by hand if you do not need it");
  return exitCodes.kept;
}

function configWithout(project: Project, { config }: Manifest): string | undefined {
  if (config === "") return undefined;
  const found = findInConfig(project, config);
  if (found !== undefined) return project.config.replace(found, () => "");
  throw new Problem(
    "the blocks of Turnbase's functions in supabase/config.toml were changed",
    'Delete its [functions.<name>] blocks by hand, set "config" in supabase/turnbase.json to "", run this again',
    exitCodes.kept,
  );
}

function versionOf(file: string): string {
  return /\/(\d+)_[^/]*$/.exec(file)?.[1] ?? "";
}
