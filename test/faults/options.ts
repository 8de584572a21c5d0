/** How much of it is run: little beside the other suites, all of it by `npm run test:faults`. */
function number(name: string, otherwise: number): number {
  return Number(process.env[name] ?? otherwise);
}

export const killRounds = number("TURNBASE_KILL_ROUNDS", 3);
export const soakSeconds = number("TURNBASE_SOAK_SECONDS", 60);
/** Whether figures go to bench/results, for docs/reliability.md. */
export const isRecorded = process.env["TURNBASE_RECORD_FAULTS"] === "yes";
/** Outages of each kind. */
export const outages = killRounds >= 10 ? 5 : 2;
export const huntSeconds = killRounds >= 10 ? 60 : 10;
