import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { root, stateDir } from "../local/paths.ts";
import { parseSizes, type Size, sizes } from "./data/sizes.ts";

const leastRounds = 5;

export interface Options {
  /** Of cases; all when empty. */
  names: string[];
  dbUrl: string | undefined;
  sizes: Size[];
  rounds: number;
  keep: boolean;
  /** The checkout whose migrations are measured. */
  project: string;
  /** Raw results to read instead of measuring. */
  file: string | undefined;
  /** The folder for results. */
  out: string | undefined;
  help: boolean;
}

export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      "db-url": { type: "string" },
      sizes: { type: "string" },
      rounds: { type: "string" },
      project: { type: "string" },
      file: { type: "string" },
      out: { type: "string" },
      keep: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  const rounds = Number(values.rounds ?? leastRounds);
  if (!Number.isInteger(rounds) || rounds < leastRounds) {
    throw new Error(`--rounds is a whole number from ${leastRounds} on, not ${values.rounds}`);
  }
  return {
    names: positionals,
    dbUrl: values["db-url"],
    sizes: values.sizes === undefined ? [...sizes] : parseSizes(values.sizes),
    rounds,
    keep: values.keep === true,
    project: resolve(values.project ?? root),
    file: values.file,
    out: values.out,
    help: values.help === true,
  };
}

/** Committed results come from runs of everything; what else is run stays out of the way. */
export function resultsFolder({ out, names, sizes: chosen }: Options): string {
  if (out !== undefined) return resolve(out);
  return names.length === 0 && chosen.length === sizes.length
    ? resolve(root, "bench", "results")
    : resolve(stateDir, "bench", "results");
}
