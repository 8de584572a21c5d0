#!/usr/bin/env node
import { parseArgs } from "node:util";
import { add } from "./add.ts";
import { doctor } from "./doctor.ts";
import { packageRoot, version } from "./package.ts";
import { namesToLeaveOut, readParts } from "./parts.ts";
import { exitCodes, Problem } from "./problem.ts";
import { remove } from "./remove.ts";
import { types } from "./types.ts";
import { upgrade } from "./upgrade.ts";

const usage = `Turnbase ${version}: the conversation database for AI apps on Supabase

  turnbase add      take it into a Supabase project: migrations, functions, config, types
  turnbase upgrade  add what came after the version that the project has
  turnbase remove   write the migration that takes it out again, and take the files away
  turnbase doctor   what store_doctor() says of a database (--db-url; --deep; --json)
  turnbase types    write the types again (--out <folder>)

  --dir <folder>      the project, with its folder supabase (default: here)
  --dry-run           say what would be written, and write nothing
  --db-url <url>      look into the database as well, before anything is written; it is only read
  --without <names>   leave parts out, separated by commas (add); --without help lists them
  --types <folder>    where types go (add; default types/turnbase)
  --tests             copy the pgTAP files, too (add)
  --version, --help

Ends with 0: done. 1: failed, or a check of doctor did. 2: asked wrongly. 3: names are taken, nothing was
written. 4: done, but files that you changed were left as they are.`;

const options = {
  dir: { type: "string", default: "." },
  "dry-run": { type: "boolean", default: false },
  "db-url": { type: "string" },
  without: { type: "string", multiple: true },
  types: { type: "string" },
  tests: { type: "boolean", default: false },
  deep: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  out: { type: "string" },
  version: { type: "boolean", short: "v" },
  help: { type: "boolean", short: "h" },
} as const;

/** Beside --dir, --dry-run and --db-url. */
const flagsOf: Record<string, readonly string[]> = {
  add: ["without", "types", "tests"],
  upgrade: [],
  remove: [],
  doctor: ["deep", "json"],
  types: ["out"],
};

function print(line: string): void {
  console.log(line);
}

function readArgs(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Problem(said, "See npx turnbase --help", exitCodes.usage);
  }
}

async function main(args: string[]): Promise<number> {
  const { values, positionals } = readArgs(args);
  if (values.version) return say(version);
  const [command, ...more] = positionals;
  if (values.help) return say(usage);
  if (command === undefined) {
    print(usage);
    return exitCodes.usage;
  }
  const flags = flagsOf[command];
  if (!flags || more.length > 0) {
    throw new Problem(
      flags ? `${command} takes no ${more[0]}` : `there is no command ${command}`,
      "See npx turnbase --help",
      exitCodes.usage,
    );
  }
  for (const name of ["without", "types", "tests", "deep", "json", "out"] as const) {
    if (!values[name] || flags.includes(name)) continue;
    throw new Problem(`${command} takes no --${name}`, "See npx turnbase --help", exitCodes.usage);
  }
  const common = {
    dir: values.dir,
    dryRun: values["dry-run"],
    dbUrl: values["db-url"],
  };
  const without = values.without?.flatMap((list) => list.split(","))
    .map((name) => name.trim()).filter(Boolean);
  if (without?.includes("help")) return say(namesToLeaveOut(readParts(packageRoot)).join("\n"));
  switch (command) {
    case "add":
      return await add({ ...common, without, types: values.types, tests: values.tests }, print);
    case "upgrade":
      return await upgrade(common, print);
    case "remove":
      return await remove(common, print);
    case "doctor":
      return await doctor({ dbUrl: common.dbUrl, deep: values.deep, json: values.json }, print);
    default:
      return await types({ ...common, out: values.out }, print);
  }
}

function say(text: string): number {
  print(text);
  return exitCodes.done;
}

// A reader that is gone, as head is once it has its lines, must not end a command between two files.
process.stdout.on("error", () => undefined);

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof Problem) {
    console.error(`turnbase: ${error.message}\nNext: ${error.next}`);
    process.exitCode = error.exitCode;
  } else {
    console.error(error);
    console.error(
      "Next: this was not foreseen; run it again with --dry-run, and report what it says",
    );
    process.exitCode = exitCodes.failed;
  }
}
