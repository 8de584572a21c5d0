import type { Verdict } from "../judge.ts";
import { noise } from "../stats.ts";
import { digits } from "../table.ts";
import {
  escaped,
  faint,
  ink,
  labelled,
  line,
  logScale,
  outcomeColours,
  roomFor,
  rule,
  shape,
  text,
} from "./svg.ts";

const width = 980;
const left = 390;
const right = 690;
const rowHeight = 26;
const headHeight = 64;

interface Group {
  title: string;
  /** How to read it. */
  note: string;
  verdicts: readonly Verdict[];
}

export const barsWidth = width;

/** The promised ratios: what is compared with the baseline, and what is compared with a floor or with itself. */
export function ratioGroups(verdicts: readonly Verdict[]): Group[] {
  return [
    {
      title: "How many times as fast",
      note:
        '1× is the speed of what stands after "beside"; further right is better, and the promise is kept right of its mark',
      verdicts: verdicts.filter(({ target }) => target.kind === "faster"),
    },
    {
      title: "How many times as long",
      note:
        '1× is the time of what stands after "beside"; further left is better, and the promise is kept left of its mark',
      verdicts: verdicts.filter(({ target }) => ["within", "growth"].includes(target.kind)),
    },
  ].filter((group) => group.verdicts.length > 0);
}

export function barsHeight({ verdicts }: Group): number {
  return headHeight + verdicts.length * rowHeight + 34;
}

/** Bars from 1, the speed of what is compared with, to the median; whiskers from the least round to the greatest. */
export function bars({ title, note, verdicts }: Group, top: number): string {
  const range = roomFor([
    1,
    ...verdicts.flatMap(({ found, wanted }) => [found.min, found.max, wanted]),
  ]);
  const at = logScale(range, [left, right]);
  const first = top + headHeight;
  const last = first + verdicts.length * rowHeight;
  const axis = labelled(range).map((mark) =>
    [
      line(at(mark), first - 6, at(mark), last, { stroke: rule }),
      text(at(mark), last + 16, `${mark.toLocaleString("en")}×`, {
        "text-anchor": "middle",
        fill: faint,
      }),
    ].join("")
  );
  return [
    text(20, top + 24, title, { "font-size": 16, "font-weight": 600 }),
    text(20, top + 44, note, { fill: faint }),
    text(right + 24, top + 44, "median", { fill: faint }),
    text(right + 84, top + 44, "promise", { fill: faint }),
    ...axis,
    line(at(1), first - 6, at(1), last, { stroke: ink }),
    ...verdicts.map((verdict, place) => row(verdict, first + place * rowHeight, at)),
  ].join("\n");
}

function row({ target, found, wanted, outcome }: Verdict, top: number, at: (x: number) => number) {
  const middle = top + rowHeight / 2;
  const colour = outcomeColours[outcome];
  const [start, end] = [at(1), at(found.median)].sort((a, b) => a - b) as [number, number];
  const sign = target.kind === "faster" ? "≥" : "≤";
  const parts = [
    shape("title", {}, escaped(`${target.says}; noise ${digits(noise(found))}`)),
    text(20, middle + 4, shortened(target.says)),
    shape("rect", {
      x: start,
      y: top + 6,
      width: Math.max(end - start, 1.5),
      height: rowHeight - 12,
      fill: colour,
      "fill-opacity": 0.75,
    }),
    line(at(found.min), middle, at(found.max), middle, { stroke: ink }),
    ...[found.min, found.max].map((end) =>
      line(at(end), middle - 4, at(end), middle + 4, { stroke: ink })
    ),
    line(at(wanted), top + 2, at(wanted), top + rowHeight - 2, {
      stroke: "#111111",
      "stroke-width": 2.5,
    }),
    text(right + 24, middle + 4, `${digits(found.median)}×`, { "font-weight": 600 }),
    text(right + 84, middle + 4, `${sign} ${wanted}×`),
    text(right + 150, middle + 4, outcome, { fill: colour, "font-weight": 600 }),
  ];
  return shape("g", {}, parts.join(""));
}

/** What it is, without the promise, which has columns of its own. */
export function shortened(says: string): string {
  const end = says.lastIndexOf(": ");
  return end < 0 ? says : says.slice(0, end);
}
