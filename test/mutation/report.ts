import type { Verdict } from "./verdict.ts";

export function progressLine(verdict: Verdict, done: number, total: number, ms: number): string {
  const eta = (ms / done) * (total - done);
  const place = `${String(done).padStart(String(total).length)}/${total}`;
  const times = `${clock(ms)}, ${clock(eta)} left`;
  return `${place}  ${times}  ${marks[verdict.result]} ${verdict.mutant.id}${result(verdict)}`;
}

const marks = { killed: "✓", survived: "✗ SURVIVED", error: "✗ ERROR" };

function result(verdict: Verdict): string {
  if (verdict.result === "survived") return "";
  const where = verdict.result === "killed" ? `${verdict.file}: ` : "";
  return `\n    ${where}${verdict.reason.split("\n", 1)[0]}`;
}

export function table(verdicts: Verdict[]): string[] {
  const kinds = new Map<string, Verdict[]>();
  for (const verdict of verdicts) {
    kinds.set(verdict.mutant.kind, [...(kinds.get(verdict.mutant.kind) ?? []), verdict]);
  }
  const cells = (name: string, of: Verdict[]) => [
    name,
    String(of.length),
    ...(["killed", "survived", "error"] as const).map((result) =>
      String(of.filter((verdict) => verdict.result === result).length)
    ),
  ];
  const lines = [
    ["kind", "mutants", "killed", "survived", "errors"],
    ...[...kinds].map(([kind, of]) => cells(kind, of)),
    cells("total", verdicts),
  ];
  const width = Math.max(...lines.map(([kind = ""]) => kind.length));
  return lines.map(([kind = "", ...numbers]) =>
    kind.padEnd(width) + numbers.map((number) => number.padStart(10)).join("")
  );
}

/** What to repair, with the statement that shows it. */
export function troubles(verdicts: Verdict[]): string[] {
  return verdicts.flatMap((verdict) => {
    if (verdict.result === "killed") return [];
    const reason = verdict.result === "error" ? [`    ${verdict.reason}`] : [];
    return [
      `${marks[verdict.result]} ${verdict.mutant.id}`,
      `    ${verdict.mutant.sql}`,
      ...reason,
    ];
  });
}

function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
