import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import pg from "pg";
import { readMutants } from "./catalog.ts";
import { Copies } from "./copies.ts";
import { equivalent } from "./equivalent.ts";
import { exclude } from "./exclude.ts";
import { readKills, writeKills } from "./memory.ts";
import type { Mutant } from "./mutant.ts";
import { Order } from "./order.ts";
import { progressLine, table, troubles } from "./report.ts";
import { sample } from "./sample.ts";
import { readSuite } from "./suite.ts";
import { openTarget } from "./target.ts";
import { baseline, tryMutant } from "./trial.ts";
import type { Verdict } from "./verdict.ts";

const usage = `npm run test:mutation -- [options]
  --only TEXT     only mutants whose name or statement holds TEXT
  --sample N      only N of them, picked at random
  --seed TEXT     the same seed picks the same ones; the date by default
  --jobs N        how many at a time (2)
  --list          print the mutants, try none
  --db-url URL    a superuser's URL: a database is made on that server, and dropped at the end
  --copy-of URL   a superuser's URL: break copies of that database, which nobody may be connected to
  --tests FOLDER  another suite than supabase/tests; equivalent.ts is not read then`;

const ownTests = "supabase/tests";

interface Options {
  adminUrl: string;
  tests: string;
  only: string | undefined;
  sample: number | undefined;
  seed: string;
  jobs: number;
  list: boolean;
}

/** True when every mutant was killed. */
async function run(options: Options): Promise<boolean> {
  const all = await mutantsOf(options.adminUrl);
  const excluded = options.tests === ownTests ? equivalent : {};
  const { mutants, stale } = exclude(all, excluded);
  const chosen = choose(mutants, options);
  if (options.list) {
    for (const mutant of chosen) console.log(`${mutant.id}\n    ${mutant.sql}`);
    console.log(`${chosen.length} mutants`);
    return true;
  }
  const verdicts = await tryAll(chosen, options);
  if (!verdicts) return false;

  for (const line of ["", ...table(verdicts), "", ...troubles(verdicts)]) console.log(line);
  for (const [id, reason] of Object.entries(excluded)) console.log(`- left out: ${id}: ${reason}`);
  for (const id of stale) console.log(`✗ equivalent.ts names a mutant that does not exist: ${id}`);
  if (chosen.length === 0) console.log("✗ no mutant matches");
  const passed = verdicts.filter((verdict) => verdict.result === "killed").length;
  const failed = verdicts.length - passed + stale.length + (chosen.length === 0 ? 1 : 0);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0;
}

async function mutantsOf(adminUrl: string): Promise<Mutant[]> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    return await readMutants(client);
  } finally {
    await client.end();
  }
}

function choose(mutants: Mutant[], options: Options): Mutant[] {
  const only = options.only?.toLowerCase();
  const matching = only === undefined
    ? mutants
    : mutants.filter(({ id, sql }) => `${id}\n${sql}`.toLowerCase().includes(only));
  if (options.sample === undefined) return matching;
  console.log(`A sample of ${options.sample} out of ${matching.length}, --seed ${options.seed}`);
  return sample(matching, options.sample, options.seed);
}

/** Undefined when the tests are red without any mutant. */
async function tryAll(mutants: Mutant[], options: Options): Promise<Verdict[] | undefined> {
  const scripts = await readSuite(options.tests);
  const order = new Order(scripts, await readKills());
  const copies = await Copies.of(options.adminUrl);
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
    void copies.close();
  };
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    const red = await baseline(copies, scripts, order, options.jobs);
    if (red.length > 0 || scripts.length === 0) {
      for (const reason of red) console.log(`✗ ${reason}`);
      console.log(
        scripts.length === 0
          ? `✗ no test file in ${options.tests}`
          : `✗ ${red.length} of ${scripts.length} test files are red before anything is broken`,
      );
      console.log("0 passed, 1 failed");
      return undefined;
    }
    console.log(`${scripts.length} test files green, ${mutants.length} mutants`);

    const started = performance.now();
    const queue = mutants.entries();
    const verdicts: Verdict[] = [];
    const worker = async () => {
      for (const [number, mutant] of queue) {
        const verdict = await tryMutant(copies, number + 1, mutant, order);
        if (interrupted) return;
        verdicts.push(verdict);
        const ms = performance.now() - started;
        console.log(progressLine(verdict, verdicts.length, mutants.length, ms));
      }
    };
    await Promise.all(Array.from({ length: options.jobs }, worker));
    if (interrupted) throw new Error("interrupted");
    return verdicts;
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    await copies.close();
    if (options.tests === ownTests) await writeKills(order.remembered);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      "db-url": { type: "string" },
      "copy-of": { type: "string" },
      tests: { type: "string", default: ownTests },
      only: { type: "string" },
      sample: { type: "string" },
      seed: { type: "string", default: new Date().toISOString().slice(0, 10) },
      jobs: { type: "string", default: String(Math.min(2, availableParallelism())) },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const { tests, only, seed, list } = values;
  const jobs = count("--jobs", values.jobs);
  const size = values.sample === undefined ? undefined : count("--sample", values.sample);
  await using target = await openTarget(values["db-url"], values["copy-of"]);
  const options = { adminUrl: target.adminUrl, tests, only, sample: size, seed, jobs, list };
  process.exitCode = await run(options) ? 0 : 1;
}

function count(flag: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    throw new Error(`${flag} takes a whole number from 1 on, not ${text}\n${usage}`);
  }
  return number;
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
