import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { runBench } from "./bench.ts";
import { chooseCases } from "./cases/index.ts";
import { judgeAll } from "./judge.ts";
import { machineName } from "./machine.ts";
import { readOptions, resultsFolder } from "./options.ts";
import { ratiosPicture, reportPage } from "./report/page.ts";
import { readResults, type Results, writeResults } from "./results.ts";
import { describeResults } from "./table.ts";

const usage = `npm run bench [-- <flags> <name>...]    measure Turnbase beside its baseline
  <name>           only the benchmarks whose name contains it
  --sizes <list>   of the data: 20k, 200k, 2m (default all of these), 10m
  --rounds <n>     of every measurement, 5 or more (default 5)
  --db-url <url>   a superuser's URL of a server to measure on (default: our native engine);
                   databases are made there and dropped again
  --project <dir>  the checkout whose migrations are measured (default this one)
  --keep           leave the data for the next run with --keep
  --out <folder>   for results (default bench/results, or .local/bench/results with <name> or --sizes)
  --file <json>    show raw results that are there instead of measuring; with --out, write their report
  --help`;

const log = (line: string) => console.error(line);

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
    return;
  }
  if (options.file !== undefined) {
    const found = await readResults(options.file);
    console.log(describeResults(found));
    if (options.out !== undefined) await writeReport(options.out, found);
    return;
  }
  const found = await runBench(chooseCases(options.names), options, log);
  console.log(describeResults(found));
  const file = join(
    resultsFolder(options),
    `${found.at.slice(0, 10)}-${machineName(found.machine)}.json`,
  );
  await writeResults(file, found);
  await writeReport(resultsFolder(options), found);
  if (found.cases.some(({ error }) => error !== undefined)) process.exitCode = 1;
  console.log(
    `\nRaw results: ${relative(process.cwd(), file)}; beside them report.html and ratios.svg`,
  );
}

async function writeReport(folder: string, found: Results): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "report.html"), reportPage(found));
  if (judgeAll(found).length > 0) await writeFile(join(folder, "ratios.svg"), ratiosPicture(found));
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
