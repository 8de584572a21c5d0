/** What the process ends with; docs/add-to-existing.md has the same list. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  clash: 3,
  kept: 4,
} as const;

/** An end that was foreseen: what is wrong, and what to do next. */
export class Problem extends Error {
  readonly next: string;
  readonly exitCode: number;

  constructor(message: string, next: string, exitCode: number = exitCodes.failed) {
    super(message);
    this.next = next;
    this.exitCode = exitCode;
  }
}
