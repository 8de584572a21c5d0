import type { Mutant } from "./mutant.ts";
import type { Script } from "./suite.ts";

interface History {
  tries: number;
  kills: number;
}

/** Which files to try first: the one that killed before, then those with the best chance for their time. */
export class Order {
  readonly #remembered: Record<string, string>;
  readonly #scripts: Script[];
  readonly #ms = new Map<Script, number>();
  readonly #records = new Map<string, History>();

  constructor(scripts: Script[], remembered: Record<string, string>) {
    this.#remembered = { ...remembered };
    this.#scripts = scripts;
  }

  took(script: Script, ms: number): void {
    this.#ms.set(script, ms);
  }

  tried(mutant: Mutant, script: Script, killed: boolean): void {
    if (killed) this.#remembered[mutant.id] = script.file;
    for (const key of keys(mutant, script)) {
      const record = this.#record(key);
      record.tries += 1;
      record.kills += killed ? 1 : 0;
      this.#records.set(key, record);
    }
  }

  get remembered(): Record<string, string> {
    return this.#remembered;
  }

  for(mutant: Mutant): Script[] {
    const scored = this.#scripts.map((script) => ({
      script,
      score: this.#remembered[mutant.id] === script.file
        ? Infinity
        : this.#chance(mutant, script) / (this.#ms.get(script) ?? 1),
    }));
    return scored.sort((a, b) => b.score - a.score).map(({ script }) => script);
  }

  /** What the file did to mutants of the kind, and above all of the object; before any, what it mentions. */
  #chance(mutant: Mutant, script: Script): number {
    const guess = mutant.names.reduce(
      (sum, name, at) => sum + mention(script, name.toLowerCase()) / (at + 1),
      0.02,
    );
    const [kind, object] = keys(mutant, script).map((key) => this.#record(key));
    const tries = (kind?.tries ?? 0) + objectWeight * (object?.tries ?? 0);
    const kills = (kind?.kills ?? 0) + objectWeight * (object?.kills ?? 0);
    return (kills + guess) / (tries + 1);
  }

  #record(key: string): History {
    return this.#records.get(key) ?? { tries: 0, kills: 0 };
  }
}

function mention({ file, text }: Script, name: string): number {
  if (file.toLowerCase().includes(name)) return 1;
  return text.includes(name) ? 0.2 : 0;
}

const objectWeight = 5;

function keys({ kind, names }: Mutant, { file }: Script): string[] {
  return [`${kind}\n${file}`, `${kind}\n${file}\n${names.at(-1)}`];
}
