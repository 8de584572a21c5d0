import { compareAll, type Compared, judgeAll, type Verdict } from "./judge.ts";
import type { CaseResult, Results, Series } from "./results.ts";
import { spread } from "./stats.ts";

/** What a run found, to be read in a terminal. */
export function describeResults(found: Results): string {
  const parts = found.cases.flatMap((one) => [
    `\n${one.name}: ${one.measures}`,
    one.error === undefined ? describeCase(one) : `  failed: ${one.error}`,
  ]);
  return [...parts, describeVerdicts(found)].join("\n");
}

export function describeCase({ series }: CaseResult): string {
  return table(
    [
      "messages",
      "variant",
      "median ms",
      "min - max of rounds",
      "p95",
      "statement ms",
      "server ms",
      "calls",
    ],
    series.map(row),
  );
}

/** Every promise with its verdict, and the ratios that nothing is promised about. */
export function describeVerdicts(found: Results): string {
  const verdicts = judgeAll(found);
  const compared = compareAll(found);
  return [
    "\nPromises (reached; within noise: missed by no more than the rounds lie apart; missed)",
    table(
      ["verdict", "found", "min - max of rounds", "wanted", "at", "promise"],
      verdicts.map((verdict) => [
        verdict.outcome,
        figure(verdict, verdict.found.median),
        `${figure(verdict, verdict.found.min)} - ${figure(verdict, verdict.found.max)}`,
        `${verdict.target.kind === "faster" ? ">=" : "<="} ${figure(verdict, verdict.wanted)}`,
        verdict.size,
        verdict.target.says,
      ]),
    ),
    ...found.cases.flatMap(({ name, error }) =>
      error === undefined ? [] : [`\n${name} failed: ${error}`]
    ),
    ...(compared.length > 0 ? ["\nFor information", describeCompared(compared)] : []),
  ].join("\n");
}

function describeCompared(compared: readonly Compared[]): string {
  return table(
    ["speed", "min - max of rounds", "at", "compared"],
    compared.map(({ found, size, comparison }) => [
      `${digits(found.median)} x`,
      `${digits(found.min)} x - ${digits(found.max)} x`,
      size,
      comparison.says,
    ]),
  );
}

function row(series: Series): string[] {
  const { median, min, max } = spread(series.rounds.map(({ ms }) => ms));
  const statement = spread(series.rounds.map(({ statementMs }) => statementMs));
  const server = series.rounds.flatMap(({ serverMs }) => serverMs === null ? [] : [serverMs]);
  return [
    series.messages.toLocaleString("en"),
    series.label,
    digits(median),
    `${digits(min)} - ${digits(max)}`,
    digits(series.p95),
    digits(statement.median),
    server.length > 0 ? digits(spread(server).median) : "",
    String(series.rounds.reduce((sum, { calls }) => sum + calls, 0)),
  ];
}

function figure({ target }: Verdict, value: number): string {
  return target.kind === "under" ? `${digits(value)} ms` : `${digits(value)} x`;
}

/** Three digits that count. */
export function digits(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value.toPrecision(3);
}

/** In columns, figures to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((cells) => cells[column]?.length ?? 0))
  );
  const isNumber = head.map((_, column) =>
    rows.every((cells) => /^[\d.,]*$/.test(cells[column] ?? ""))
  );
  return [head, ...rows].map((cells) =>
    `  ${
      cells.map((cell, column) =>
        isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)
      ).join("  ")
    }`.trimEnd()
  ).join("\n");
}
