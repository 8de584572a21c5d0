import type { Case } from "./case.ts";
import type { Size } from "./data/sizes.ts";
import { makePair, type Pair } from "./databases.ts";
import {
  databaseBytes,
  describeCheckout,
  describeMachine,
  describeServer,
  describeTriggers,
  loadOfMachine,
} from "./machine.ts";
import { measure } from "./measure.ts";
import type { Options } from "./options.ts";
import type { CaseResult, Results } from "./results.ts";
import { type Log, openServer, type Server } from "./server.ts";
import { describeCase } from "./table.ts";

/** Builds the data that the cases need, measures them one after another, and leaves nothing behind. */
export async function runBench(
  cases: readonly Case[],
  options: Options,
  log: Log,
): Promise<Results> {
  await using server = await openServer({ ...options, log });
  const release = endOnSignal(server);
  try {
    return await runOn(server, cases, options, log);
  } finally {
    release();
  }
}

async function runOn(
  server: Server,
  cases: readonly Case[],
  options: Options,
  log: Log,
): Promise<Results> {
  const before = loadOfMachine();
  const { version, settings } = await describeServer(server.adminUrl);
  log(version);
  log(Object.entries(settings).map(([name, value]) => `${name} = ${value}`).join(", "));
  const pairs: Pair[] = [];
  for (const { set, size } of wantedPairs(cases, options.sizes)) {
    pairs.push(await makePair(server, { ...options, set, size, log }));
  }
  const found: CaseResult[] = [];
  for (const one of cases) {
    const own = pairs.filter(({ set, size }) => set === one.set && runsAt(one, size));
    if (own.length === 0) continue;
    log(`\n${one.name}: ${one.measures}`);
    const onRound = (round: number) => log(`  round ${round} of ${options.rounds}`);
    const result: CaseResult = {
      name: one.name,
      measures: one.measures,
      set: one.set,
      growth: [...one.growth ?? []],
      series: [],
      targets: [...one.targets],
      comparisons: [...one.comparisons ?? []],
    };
    found.push(result);
    try {
      result.series = await measure(one, own, options.rounds, onRound);
      log(describeCase(result));
    } catch (error) {
      if (server.ended) throw error;
      // What the others found took long to find.
      result.error = error instanceof Error ? error.message : String(error);
      log(`  failed: ${result.error}`);
    }
  }
  return {
    format: 1,
    at: new Date().toISOString(),
    ...(await describeCheckout(options.project)),
    machine: describeMachine(),
    load: { before, after: loadOfMachine() },
    server: { version, own: options.dbUrl === undefined, settings },
    flags: {
      names: options.names,
      sizes: options.sizes.map(({ name }) => name),
      rounds: options.rounds,
      keep: options.keep,
    },
    triggers: await triggersOf(pairs),
    sets: await Promise.all(pairs.map(describeSet)),
    cases: found,
  };
}

function wantedPairs(cases: readonly Case[], sizes: readonly Size[]) {
  return (["chat", "usage"] as const).flatMap((set) =>
    sizes
      .filter((size) => cases.some((one) => one.set === set && runsAt(one, size)))
      .map((size) => ({ set, size }))
  );
}

function runsAt(one: Case, size: Size): boolean {
  return one.sizes === undefined || one.sizes.includes(size.name);
}

async function triggersOf([pair]: readonly Pair[]): Promise<Results["triggers"]> {
  if (!pair) return { product: {}, baseline: {} };
  return {
    product: await describeTriggers(pair.product.adminUrl),
    baseline: await describeTriggers(pair.baseline.adminUrl),
  };
}

async function describeSet({ set, size, product, baseline, loaded }: Pair) {
  return {
    set,
    size: size.name,
    product: { ...loaded.product, bytes: await databaseBytes(product.adminUrl) },
    baseline: { ...loaded.baseline, bytes: await databaseBytes(baseline.adminUrl) },
  };
}

/** Ctrl-C and kill end the server, or drop our databases in one that is not ours. */
export function endOnSignal(server: AsyncDisposable): () => void {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const end = (signal: (typeof signals)[number]) => {
    process.stderr.write(`\n${signal}: cleaning up...\n`);
    // Whoever asks twice means it.
    for (const one of signals) process.off(one, end).once(one, () => process.exit(1));
    void Promise.resolve(server[Symbol.asyncDispose]())
      .finally(() => process.exit(signal === "SIGINT" ? 130 : 143));
  };
  for (const signal of signals) process.on(signal, end);
  return () => {
    for (const signal of signals) process.off(signal, end);
  };
}
