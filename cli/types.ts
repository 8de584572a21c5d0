import { resolve } from "node:path";
import type { Print } from "./add.ts";
import { typeFiles } from "./bundle.ts";
import { packageRoot } from "./package.ts";
import { choose, readParts } from "./parts.ts";
import { carryOut, compareFiles, describePlan } from "./plan.ts";
import { exitCodes } from "./problem.ts";
import { folderIn, readProject, takenIn } from "./project.ts";

export interface TypesOptions {
  dir: string;
  dryRun: boolean;
  out: string | undefined;
}

/** Writes the types of what the project has of Turnbase. */
export async function types(options: TypesOptions, print: Print): Promise<number> {
  const project = readProject(options.dir);
  const manifest = takenIn(project);
  const folder = folderIn(project.dir, options.out ?? manifest.types ?? "types/turnbase");
  const choice = choose(readParts(packageRoot), manifest.without);
  const wanted = new Map(typeFiles(choice).map(([name, text]) => [`${folder}/${name}`, text]));
  const before = Object.fromEntries(
    Object.entries(manifest.files).filter(([file]) => wanted.has(file)),
  );
  const { write, kept, files } = compareFiles(project, wanted, before);
  const plan = {
    write,
    remove: [],
    kept,
    config: undefined,
    manifest: { ...manifest, types: folder, files: { ...manifest.files, ...files } },
  };
  for (const line of describePlan(plan)) print(line);
  if (!options.dryRun) await carryOut(project, plan);
  if (kept.length > 0) {
    print(
      "What you changed stays as it is. Next: delete it and run this again, or name a folder: --out",
    );
    return exitCodes.kept;
  }
  print(
    `${resolve(project.dir, folder)} is ${write.size > 0 ? "written" : "up to date"}. ` +
      `Next: import type { Turnbase } from "./${folder}/project.js"`,
  );
  return exitCodes.done;
}
