import type { Copies } from "./copies.ts";
import type { Mutant } from "./mutant.ts";
import type { Order } from "./order.ts";
import { becomeTester, runScript, type Script } from "./suite.ts";
import type { Verdict } from "./verdict.ts";

/**
 * The files that are red in an unbroken copy, with the reason; only without any do mutants tell something. With as many
 * copies as jobs, each of which takes the next file.
 */
export async function baseline(
  copies: Copies,
  scripts: Script[],
  order: Order,
  jobs: number,
): Promise<string[]> {
  const queue = scripts.values();
  const worker = (number: number) =>
    copies.with(number, async (client) => {
      const red: string[] = [];
      for (const script of queue) {
        const started = performance.now();
        await becomeTester(client, copies.owner);
        const reason = await runScript(client, script);
        order.took(script, performance.now() - started);
        if (reason !== undefined) red.push(`${script.file}: ${reason}`);
      }
      return red;
    });
  return (await Promise.all(Array.from({ length: jobs }, (_, job) => worker(job + 1)))).flat();
}

/** Breaks a copy and runs test files until one is red. */
export async function tryMutant(
  copies: Copies,
  number: number,
  mutant: Mutant,
  order: Order,
): Promise<Verdict> {
  try {
    return await copies.with(number, async (client): Promise<Verdict> => {
      try {
        await client.query(mutant.sql);
      } catch (error) {
        return { mutant, result: "error", reason: `cannot be applied: ${text(error)}` };
      }
      for (const script of order.for(mutant)) {
        await becomeTester(client, copies.owner);
        const reason = await runScript(client, script);
        order.tried(mutant, script, reason !== undefined);
        if (reason === undefined) continue;
        return { mutant, result: "killed", file: script.file, reason };
      }
      return { mutant, result: "survived" };
    });
  } catch (error) {
    return { mutant, result: "error", reason: text(error) };
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
