/**
 * One contender at one task, in a process of its own: what it loads and leaves behind meets nobody, and when it hangs it
 * can be ended.
 */
import type { Place } from "./contender.ts";
import { contenders } from "./contenders/index.ts";
import { load, runRound, type Scale } from "./phases.ts";
import type { Figure } from "./results.ts";

export type Task =
  & { contender: string }
  & (
    | { do: "setup"; place: Place }
    | { do: "load"; place: Place; scale: Scale; rounds: number }
    | { do: "round"; fresh: Place; full: Place; scale: Scale; round: number }
  );

export type Word =
  | { alive: true }
  | { figure: Figure }
  | { loaded: { messages: number; problem: string | undefined } }
  | { done: true }
  | { error: string };

function tell(word: Word): Promise<void> {
  return new Promise((resolve) => process.send?.(word, undefined, undefined, () => resolve()));
}

async function perform(task: Task): Promise<void> {
  const contender = contenders.find(({ name }) => name === task.contender);
  if (!contender) throw new Error(`no contender ${task.contender}`);
  if (task.do === "setup") return await contender.setup(task.place);
  if (task.do === "load") {
    return await tell({ loaded: await load(contender, task.place, task.scale, task.rounds) });
  }
  await runRound(contender, task, {
    scale: task.scale,
    round: task.round,
    report: (figure) => void tell({ figure }),
  });
}

process.once("message", (task: Task) => {
  perform(task).then(
    () => tell({ done: true }),
    (error: unknown) =>
      tell({ error: error instanceof Error ? error.stack ?? error.message : String(error) }),
    // Some leave timers and sockets behind.
  ).finally(() => process.exit());
});
