import { relative } from "node:path";
import { run } from "node:test";
import { add, type Log, nothing, type Tally } from "./tally.ts";

/** What node:test says of one test; only the fields read here. */
interface Outcome {
  name: string;
  nesting: number;
  file?: string;
  skip?: string | boolean | undefined;
  todo?: string | boolean | undefined;
  details: { duration_ms: number; type?: string | undefined; error?: unknown };
}

/** Runs node:test files, each in a process of its own, and prints a line per test. */
export async function runNodeTests(
  files: string[],
  options: { concurrency: number; signal: AbortSignal; log: Log },
): Promise<Tally> {
  const { concurrency, signal, log } = options;
  // Set where a test runs this runner: run() would then do nothing.
  delete process.env["NODE_TEST_CONTEXT"];
  const silent = new Set(files);
  const written = new Map<string, string>();
  let tally = nothing;
  const fail = (line: string, because = "") => {
    tally = add(tally, { ...nothing, failed: 1 });
    log(`  ✗ ${line}`);
    if (because) log(because.replace(/^/gm, "      "));
  };
  for await (const event of run({ files, concurrency, signal })) {
    if (event.type === "test:stderr" || event.type === "test:stdout") {
      const { file = "", message } = event.data;
      written.set(file, ((written.get(file) ?? "") + message).slice(-8000));
      // What a test prints about itself, such as a seed.
      for (const line of message.split("\n")) if (/^# /.test(line)) log(`    ${line}`);
      continue;
    }
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    const test: Outcome = event.data;
    const file = test.file ?? "";
    if (test.name === file || test.details.type === "suite") {
      // A file stands as a test of its own where none of its tests was heard of, and a group fails by what is in it.
      const ended = test.name === file && event.type === "test:fail" && silent.has(file);
      const broken = test.details.type === "suite" && event.type === "test:fail" && !hasPart(test);
      if (ended) fail(`${relative(process.cwd(), file)} did not run`, written.get(file));
      else if (broken) fail(`${place(test)}`, explain(test.details.error));
      if (ended) silent.delete(file);
      continue;
    }
    silent.delete(file);
    if (event.type === "test:fail") {
      if (!hasPart(test) && !test.todo) fail(place(test), explain(test.details.error));
    } else if (test.skip !== undefined && test.skip !== false) {
      tally = add(tally, { ...nothing, skipped: 1 });
      log(`  - ${place(test)}  skipped: ${String(test.skip)}`);
    } else {
      tally = add(tally, { ...nothing, passed: 1 });
      log(`  ✓ ${place(test)}  ${Math.round(test.details.duration_ms)} ms`);
    }
  }
  for (const file of silent) fail(`${relative(process.cwd(), file)} has no test`);
  return tally;
}

function place(test: Outcome): string {
  return `${relative(process.cwd(), test.file ?? "")}: ${test.name}`;
}

/** Whether it fails only because of a test inside it, which is counted itself. */
function hasPart(test: Outcome): boolean {
  return field(test.details.error, "failureType") === "subtestsFailed";
}

function explain(error: unknown): string {
  const cause = field(error, "cause") ?? error;
  const stack = field(cause, "stack");
  return String(typeof stack === "string" ? stack : field(cause, "message") ?? cause);
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
