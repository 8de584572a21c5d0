import type { CaseResult, Series } from "../results.ts";
import { spread } from "../stats.ts";
import {
  faint,
  ink,
  labelled,
  line,
  logScale,
  picture,
  roomFor,
  rule,
  shape,
  sideColours,
  text,
} from "./svg.ts";

const width = 480;
const height = 300;
const plot = { left: 58, right: 462, top: 44, bottom: 214 };

/** Time over messages, both logarithmic: what stays flat does not mind how much there is. */
export function curves(one: CaseResult): string {
  const shown = one.growth.map((label) => one.series.filter((series) => series.label === label));
  const points = shown.flat();
  const y = roomFor(points.flatMap((series) => Object.values(range(series))));
  const counts = [...new Set(points.map(({ messages }) => messages))].sort((a, b) => a - b);
  const atX = logScale(
    [Math.min(...counts) / 1.6, Math.max(...counts) * 1.6],
    [plot.left, plot.right],
  );
  const atY = logScale(y, [plot.bottom, plot.top]);
  return picture(width, height, `${one.name}: time over messages`, [
    text(14, 24, one.name, { "font-size": 15, "font-weight": 600 }),
    text(plot.right, 24, "milliseconds a call, by messages in the table", {
      fill: faint,
      "font-size": 11,
      "text-anchor": "end",
    }),
    ...labelled(y).map((mark) =>
      line(plot.left, atY(mark), plot.right, atY(mark), { stroke: rule }) +
      text(plot.left - 8, atY(mark) + 4, mark.toLocaleString("en", { maximumFractionDigits: 3 }), {
        "text-anchor": "end",
        fill: faint,
      })
    ),
    ...counts.map((count) =>
      line(atX(count), plot.bottom, atX(count), plot.bottom + 5, { stroke: faint }) +
      text(atX(count), plot.bottom + 18, short(count), { "text-anchor": "middle", fill: faint })
    ),
    line(plot.left, plot.bottom, plot.right, plot.bottom, { stroke: ink }),
    ...shown.map((series, nth) => curve(series, nth, atX, atY)),
    ...shown.map(([series], nth) => series ? legend(series, nth, plot.bottom + 38) : ""),
  ]);
}

function curve(
  series: readonly Series[],
  nth: number,
  atX: (x: number) => number,
  atY: (y: number) => number,
): string {
  const [first] = series;
  if (!first) return "";
  const colour = sideColours[first.side];
  const places = series.map((one) => {
    const { median, min, max } = range(one);
    return { x: atX(one.messages), y: atY(median), low: atY(min), high: atY(max) };
  }).sort((a, b) => a.x - b.x);
  return [
    shape("polyline", {
      points: places.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "),
      fill: "none",
      stroke: colour,
      "stroke-width": 2,
      "stroke-dasharray": dash(nth),
    }),
    ...places.map(({ x, y, low, high }) =>
      line(x, low, x, high, { stroke: colour }) +
      shape("circle", { cx: x, cy: y, r: 3.5, fill: colour })
    ),
  ].join("");
}

function legend({ side, label }: Series, nth: number, top: number): string {
  const y = top + nth * 16;
  return line(plot.left - 44, y - 4, plot.left - 16, y - 4, {
    stroke: sideColours[side],
    "stroke-width": 2,
    "stroke-dasharray": dash(nth),
  }) + text(plot.left - 8, y, label);
}

function dash(nth: number): string {
  return ["none", "7 3", "2 3", "9 3 2 3"][nth % 4] ?? "none";
}

function range(series: Series) {
  return spread(series.rounds.map(({ ms }) => ms));
}

function short(count: number): string {
  return new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 })
    .format(count);
}
