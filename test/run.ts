import { parseArgs } from "node:util";
import { withServer } from "./run/server.ts";
import {
  faultSuite,
  firstServerSuites,
  localSuites,
  serverSuites,
  type Suite,
} from "./run/suites.ts";
import { add, describeTally, type Log, nothing, seconds, type Tally } from "./run/tally.ts";

const usage = `npm test [-- <name>...]                             what needs no server of its own
npm run test:server [-- --db-url <url>] [<name>...]  what needs a real Postgres (our native one by default), a
                                                     browser, or more time
npm run test:faults [-- --rounds <n>] [--soak <seconds>] [--record] [<name>...]
                                                     servers that are killed, filled and soaked: 30 rounds of kill -9
                                                     and ten minutes of soak unless told otherwise; --record writes the
                                                     results that docs/reliability.md is made from
  <name> picks suites whose name contains it; --list names them`;

const failures: string[] = [];

const log: Log = (line) => {
  if (/^ *✗ /.test(line)) failures.push(line);
  console.log(line);
};

/** Aborted by Ctrl-C and kill: what was started is ended and what was made is dropped, as far as it takes no time. */
const interrupted = new AbortController();
const graceMs = 10_000;

function endOnSignals(): void {
  // Not SIGHUP: listening to it would undo nohup.
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      // Whoever asks twice means it.
      if (interrupted.signal.aborted) process.exit(1);
      console.error(`${name}: cleaning up...`);
      interrupted.abort();
    });
  }
}

async function runSuite(suite: Suite, print: Log): Promise<Tally> {
  if (interrupted.signal.aborted) return nothing;
  const started = performance.now();
  print(`\n== ${suite.name}`);
  const abort = new AbortController();
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      abort.abort();
      reject(new Error(`not done after ${seconds(suite.timeoutMs)}`));
    }, suite.timeoutMs);
    interrupted.signal.addEventListener("abort", () => {
      abort.abort();
      clearTimeout(timer);
      timer = setTimeout(() => reject(new Error("interrupted")), graceMs);
    }, { signal: over.signal });
  });
  let tally: Tally;
  try {
    tally = await Promise.race([suite.run({ signal: abort.signal, log: print }), late]);
    // Each that is skipped says why.
    if (tally.passed + tally.failed + tally.skipped === 0) throw new Error("no test ran");
  } catch (error) {
    print(`  ✗ ${error instanceof Error ? error.message : String(error)}`);
    tally = { ...nothing, failed: 1 };
  } finally {
    clearTimeout(timer);
    over.abort();
  }
  print(`== ${suite.name}: ${describeTally(tally)} (${seconds(performance.now() - started)})`);
  return { passed: tally.passed, failed: tally.failed, skipped: tally.skipped };
}

/** The first suite of a live group prints as it goes, the others when they are done and it is too. */
async function runGroup(suites: Suite[], live: boolean): Promise<Tally> {
  let waiting: string[] | undefined = live ? [] : undefined;
  const tallies = await Promise.all(suites.map(async (suite, index) => {
    if (live && index === 0) {
      const tally = await runSuite(suite, log);
      for (const line of waiting ?? []) log(line);
      waiting = undefined;
      return tally;
    }
    const lines: string[] = [];
    const tally = await runSuite(suite, (line) => lines.push(line));
    if (waiting) waiting.push(...lines);
    else for (const line of lines) log(line);
    return tally;
  }));
  return tallies.reduce(add, nothing);
}

async function runLane(groups: Suite[][], names: string[], live: boolean): Promise<Tally> {
  let total = nothing;
  for (const group of groups) {
    const chosen = group.filter((suite) =>
      names.length === 0 || names.some((name) => suite.name.includes(name))
    );
    total = add(total, await runGroup(chosen, live));
  }
  return total;
}

/** Lanes run beside each other, the groups of a lane one after another; the first lane prints as it goes. */
async function runAll(lanes: Suite[][][], names: string[]): Promise<Tally> {
  const tallies = await Promise.all(
    lanes.map((groups, index) => runLane(groups, names, index === 0)),
  );
  return tallies.reduce(add, nothing);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      "db-url": { type: "string" },
      rounds: { type: "string" },
      soak: { type: "string" },
      record: { type: "boolean" },
      list: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    log(usage);
    return 0;
  }
  const started = performance.now();
  const server = positionals[0] === "server";
  const names = server ? positionals.slice(1) : positionals;
  if (values.list) {
    for (const { name } of localSuites().flat(2)) log(name);
    return 0;
  }
  const faults = positionals[0] === "faults";
  if (faults || values.rounds) process.env["TURNBASE_KILL_ROUNDS"] = values.rounds ?? "30";
  if (faults || values.soak) process.env["TURNBASE_SOAK_SECONDS"] = values.soak ?? "600";
  if (values.record) process.env["TURNBASE_RECORD_FAULTS"] = "yes";
  const total = faults
    ? await runSuite(faultSuite(7_200_000, positionals.slice(1)), log)
    : server
    ? await withServer(
      values["db-url"],
      log,
      async (urls) =>
        add(
          await runLane(firstServerSuites(urls), names, true),
          await runAll(serverSuites(), names),
        ),
    )
    : await runAll(localSuites(), names);
  if (interrupted.signal.aborted) {
    log("interrupted");
    return 130;
  }
  if (total.passed + total.failed + total.skipped === 0) {
    log(`no suite is named ${names.join(" or ")}`);
    return 1;
  }
  // Again at the end, where who reads the last lines of a long run finds them.
  if (failures.length > 0) console.log(`\n${failures.join("\n")}`);
  log(`\nin ${seconds(performance.now() - started)}`);
  log(describeTally(total));
  return total.failed > 0 ? 1 : 0;
}

endOnSignals();
try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  log(describeTally({ ...nothing, failed: 1 }));
  process.exitCode = 1;
}
// A suite that ran out of time may have left something that keeps the process alive.
setTimeout(() => process.exit(), 15_000).unref();
