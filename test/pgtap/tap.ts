export interface Assertion {
  ok: boolean;
  description: string;
  directive?: "skip" | "todo";
  reason?: string;
  diagnostics: string[];
}

export interface TapOutcome {
  passed: number;
  failed: number;
  skipped: number;
  todo: number;
  /** Why the file fails besides its failing assertions. */
  problems: string[];
  failures: Assertion[];
  skipAll?: string;
}

const planLine = /^1\.\.(\d+)(?:\s*#\s*skip\S*\s*(.*))?$/i;
const testLine = /^(not )?ok\b(?:\s+(\d+))?\s*(?:-\s*)?(.*)$/;
const directivePart = /(?:^|[^\\])#\s*(todo|skip)\S*\s*(.*)$/i;

/** Collects the TAP lines of one file and judges them as a TAP harness does. */
export class TapFile {
  readonly #assertions: Assertion[] = [];
  readonly #problems: string[] = [];
  #planned: number | undefined;
  #skipAll: string | undefined;
  #died = false;

  add(line: string): void {
    const plan = planLine.exec(line);
    if (plan) return this.#plan(Number(plan[1]), plan[2]);
    const test = testLine.exec(line);
    if (test) return this.#test(test[1] === undefined, test[2], test[3] ?? "");
    if (line.startsWith("#")) {
      this.#assertions.at(-1)?.diagnostics.push(line);
    } else if (/^Bail out!/i.test(line)) {
      this.die(line);
    }
  }

  /** Ends the file early; its plan is then not judged as well. */
  die(text: string): void {
    this.#died = true;
    this.#problems.push(text);
  }

  outcome(): TapOutcome {
    const problems = this.#died
      ? [...this.#problems]
      : [...this.#problems, ...this.#planProblems()];
    const failures = this.#assertions.filter((test) => !test.ok && !test.directive);
    const skipped = this.#assertions.filter((test) => test.directive === "skip");
    const todo = this.#assertions.filter((test) => test.directive === "todo" && !test.ok);
    return {
      passed: this.#assertions.length - failures.length - skipped.length - todo.length,
      failed: failures.length + problems.length,
      skipped: skipped.length + (this.#skipAll === undefined ? 0 : 1),
      todo: todo.length,
      problems,
      failures,
      ...(this.#skipAll === undefined ? {} : { skipAll: this.#skipAll }),
    };
  }

  #plan(count: number, skip: string | undefined): void {
    if (this.#planned !== undefined) this.#problems.push("more than one plan");
    this.#planned = count;
    if (count === 0 && skip !== undefined) this.#skipAll = skip;
  }

  #test(ok: boolean, number: string | undefined, rest: string): void {
    const expected = this.#assertions.length + 1;
    if (number !== undefined && Number(number) !== expected) {
      this.#problems.push(`test ${number} out of sequence, expected ${expected}`);
    }
    const directive = directivePart.exec(rest);
    this.#assertions.push({
      ok,
      description: directive ? rest.slice(0, directive.index + 1).trim() : rest,
      ...(directive
        ? {
          directive: directive[1]?.toLowerCase() === "todo" ? "todo" : "skip",
          reason: directive[2] ?? "",
        }
        : {}),
      diagnostics: [],
    });
  }

  #planProblems(): string[] {
    const ran = this.#assertions.length;
    if (this.#planned === undefined) return ["no plan"];
    if (this.#planned === 0 && this.#skipAll === undefined) return ["a plan of no tests"];
    if (this.#planned !== ran) return [`planned ${this.#planned} tests but ran ${ran}`];
    return [];
  }
}
