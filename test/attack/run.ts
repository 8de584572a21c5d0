import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  describeCheckout,
  describeMachine,
  describeServer,
  machineName,
} from "../../bench/machine.ts";
import { root } from "../../local/paths.ts";
import { openServer } from "../run/server.ts";
import { attack, type Outcome, table } from "./attack.ts";
import { holes, openHoles } from "./holes.ts";
import { type Target, withTarget, World } from "./world.ts";

const usage = `npm run test:attack -- [options]
  --attempts N   only N of them, each of another technique as long as there are some
  --seed TEXT    the same seed picks the same ones; the date by default
  --only TEXT    only attempts whose technique or object holds TEXT
  --db-url URL   a superuser's URL: databases are made on that server, and dropped at the end
  --no-holes     without the holes that are opened on purpose
  --save         write the figures of a whole run to bench/results/attack`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      attempts: { type: "string" },
      seed: { type: "string", default: new Date().toISOString().slice(0, 10) },
      only: { type: "string" },
      "db-url": { type: "string" },
      "no-holes": { type: "boolean", default: false },
      save: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  const log = (line: string) => console.log(line);
  if (values.help) {
    log(usage);
    return 0;
  }
  const count = values.attempts === undefined ? undefined : Number(values.attempts);
  if (count !== undefined && !(Number.isInteger(count) && count > 0)) {
    throw new Error(`--attempts takes a whole number from 1 on\n${usage}`);
  }
  const isWhole = count === undefined && values.only === undefined;
  if (values.save && !isWhole) throw new Error("--save takes the figures of a whole run");
  if (values["db-url"] !== undefined) process.env["TURNBASE_DB_URL"] = values["db-url"];

  log("Starting a server and applying the migrations...");
  await using server = await openServer();
  if (!server.hasVector) log("Left out: vector tables and functions (this server has no pgvector)");
  return await withTarget(server, async (target) => {
    const outcome = await attackOnce(target, {
      count,
      seed: values.seed,
      only: values.only === undefined ? undefined : new RegExp(escape(values.only), "i"),
      log,
    });
    const techniques = outcome.tallies.length;
    for (const line of ["", ...table(outcome.tallies, "technique"), ""]) log(line);
    for (const line of [...table(outcome.tallies, "family"), ""]) log(line);
    log(
      `${outcome.attempts} attempts of ${techniques} techniques in ${
        outcome.seconds.toFixed(0)
      } s` +
        `${count === undefined ? "" : `, --seed ${values.seed}`}`,
    );
    let missed: string[] = [];
    const opened = isWhole && !values["no-holes"] ? holes : [];
    if (opened.length > 0) {
      log("\nHoles opened on purpose, each in a copy of the database:");
      missed = await openHoles(target, opened, log);
    }
    const failed = outcome.failures.length + missed.length;
    for (const { name, as, problems } of outcome.failures) log(`✗ ${name} (${as}): ${problems[0]}`);
    for (const name of missed) log(`✗ nobody found: ${name}`);
    const passed = outcome.tallies.reduce((sum, { refused }) => sum + refused, 0) + opened.length -
      missed.length;
    if (values.save && failed === 0) log(`\n${await save(outcome, opened.length, target)}`);
    log(`\n${passed} passed, ${failed} failed`);
    return failed > 0 || passed === 0 ? 1 : 0;
  });
}

/** Its world is closed before holes are opened in others. */
async function attackOnce(
  target: Target,
  options: Parameters<typeof attack>[1],
): Promise<Outcome> {
  await using world = await World.open(target);
  console.log(
    `${world.marks.size} marks in ${world.marks.columns.size} columns of ${world.marks.rows.length} rows`,
  );
  return await attack(world, options);
}

async function save(outcome: Outcome, found: number, { urls }: Target): Promise<string> {
  const machine = describeMachine();
  const { attempts, seconds, tallies } = outcome;
  const results = {
    measuredAt: new Date().toISOString(),
    checkout: await describeCheckout(root),
    machine,
    server: (await describeServer(urls.adminUrl)).version,
    hasVector: urls.hasVector,
    attempts,
    seconds: Math.round(seconds),
    holesFound: found,
    tallies,
  };
  const folder = join(root, "bench/results/attack");
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${results.measuredAt.slice(0, 10)}-${machineName(machine)}.json`);
  await writeFile(file, `${JSON.stringify(results, undefined, 1)}\n`);
  return `Written to ${file.slice(root.length + 1)}; npm run docs puts it into docs/attacks.md`;
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
}
