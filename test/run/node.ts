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
  const red = new Set<string>();
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
    // An error that came after the end of its test, which no test has then.
    if (event.type === "test:diagnostic" && /^(Error|Warning): /.test(event.data.message)) {
      log(`  ${event.data.message}`);
    }
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    const test: Outcome = event.data;
    const file = test.file ?? "";
    if (test.name === file || test.details.type === "suite") {
      // A group fails by what is in it, and a file where none of its tests says why: it may have been killed among them.
      const ended = test.name === file && event.type === "test:fail" && !red.has(file);
      const broken = test.details.type === "suite" && event.type === "test:fail" && !hasPart(test);
      if (ended) {
        const how = silent.has(file) ? "did not run" : "ended badly, behind what it says above";
        const said = [ending(test.details.error), written.get(file)].filter(Boolean).join("\n");
        fail(`${relative(process.cwd(), file)} ${how}`, said);
        silent.delete(file);
      } else if (broken) {
        red.add(file);
        fail(place(test), explain(test.details.error));
      }
      continue;
    }
    silent.delete(file);
    if (event.type === "test:fail") {
      if (!hasPart(test) && !test.todo) {
        red.add(file);
        fail(place(test), explain(test.details.error));
      }
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

/** How the process of a file ended: by a signal, a code, or an error outside its tests. */
function ending(error: unknown): string {
  const [signal, code] = [field(error, "signal"), field(error, "exitCode")];
  if (signal) return `ended by ${String(signal)}`;
  return typeof code === "number" ? `ended with exit code ${code}` : explain(error);
}

function explain(error: unknown): string {
  const cause = field(error, "cause") ?? error;
  const stack = field(cause, "stack");
  return String(typeof stack === "string" ? stack : field(cause, "message") ?? cause);
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
