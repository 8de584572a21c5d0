import { runBench } from "./bench.ts";
import { chooseCases } from "./cases/index.ts";
import { judgeAll } from "./judge.ts";
import { readOptions } from "./options.ts";
import { readResults } from "./results.ts";
import { describeVerdicts } from "./table.ts";

const usage = `npm run bench:check [-- <flags> <name>...]    fail where a speed promise is not kept
  --file <json>    judge raw results that are there instead of measuring
  and the flags of npm run bench: --sizes, --rounds, --db-url, --project, --keep
A promise is broken when the median misses it by more than half of what lies between the rounds.`;

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const cases = chooseCases(options.names).filter(({ targets }) => targets.length > 0);
  const found = options.file === undefined
    ? await runBench(cases, options, (line) => console.error(line))
    : await readResults(options.file);
  const verdicts = judgeAll(found);
  console.log(describeVerdicts(found));
  const passed = verdicts.filter(({ outcome }) => outcome !== "missed").length;
  const broken = found.cases.filter(({ error }) => error !== undefined).length;
  const failed = verdicts.length - passed + broken;
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
}
