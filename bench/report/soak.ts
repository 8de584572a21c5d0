import type { Sample, Soak } from "../soak.ts";
import {
  faint,
  ink,
  labelled,
  line,
  logScale,
  outcomeColours,
  picture,
  type Range,
  roomFor,
  rule,
  type Scale,
  shape,
  sideColours,
  text,
} from "./svg.ts";

const width = 760;
const panel = { left: 62, right: 600, height: 170, gap: 64 };
const colours = Object.values(sideColours);
const bad = outcomeColours.missed;
const dashes = ["none", "7 3", "2 3"];

interface Curve {
  name: string;
  of: (sample: Sample) => number;
}

interface Panel {
  title: string;
  unit: string;
  isLog: boolean;
  curves: Curve[];
}

const programs: [name: string, label: string][] = [
  ["postgres", "Postgres"],
  ["postgrest", "PostgREST"],
  ["deno", "Deno"],
];

const panels: Panel[] = [
  {
    title: "Latency",
    unit: "milliseconds a request, as the client sees it",
    isLog: true,
    curves: (["p50", "p95", "p99"] as const).map((name) => ({ name, of: (one) => one[name] })),
  },
  {
    title: "Memory",
    unit: "MB of their own, all processes of a program together",
    isLog: false,
    curves: programs.map(([name, label]) => ({
      name: label,
      of: (one) => one.memory[name]?.ownMb ?? 0,
    })),
  },
  {
    title: "Requests and errors",
    unit: "a second",
    isLog: false,
    curves: [
      { name: "requests", of: (one) => one.perSecond },
      { name: "refused on purpose", of: (one) => one.provoked / secondsOf(one) },
      { name: "errors", of: (one) => one.errors / secondsOf(one) },
    ],
  },
];

function secondsOf({ requests, perSecond }: Sample): number {
  return perSecond > 0 ? requests / perSecond : 1;
}

/** Latency, memory and errors over the time of a soak. */
export function soakPicture({ samples, users, seconds }: Soak): string {
  const height = 40 + panels.length * (panel.height + panel.gap);
  const atX = linearScale([0, Math.max(...samples.map(({ at }) => at))], [panel.left, panel.right]);
  return `${
    picture(width, height, `${users} users for ${seconds} seconds`, [
      text(14, 24, `${users} users for ${seconds} seconds`, {
        "font-size": 15,
        "font-weight": 600,
      }),
      ...panels.flatMap((one, nth) =>
        drawn(one, samples, atX, 62 + nth * (panel.height + panel.gap))
      ),
    ])
  }\n`;
}

function drawn(one: Panel, samples: readonly Sample[], atX: Scale, top: number): string[] {
  const bottom = top + panel.height - 24;
  const values = one.curves.flatMap(({ of }) => samples.map(of));
  const range: Range = one.isLog ? roomFor(values) : [0, ceiling(Math.max(...values))];
  const atY = (one.isLog ? logScale : linearScale)(range, [bottom, top]);
  const marks = one.isLog ? labelled(range) : [0, 1, 2, 3, 4].map((part) => (part * range[1]) / 4);
  const times = ticksOfTime(Math.max(...samples.map(({ at }) => at)));
  return [
    text(14, top - 14, one.title, { "font-weight": 600 }),
    text(panel.right, top - 14, one.unit, { fill: faint, "font-size": 11, "text-anchor": "end" }),
    ...marks.map((mark) =>
      line(panel.left, atY(mark), panel.right, atY(mark), { stroke: rule }) +
      text(panel.left - 8, atY(mark) + 4, mark.toLocaleString("en"), {
        "text-anchor": "end",
        fill: faint,
      })
    ),
    ...times.map((at) =>
      text(atX(at), bottom + 18, `${at} s`, { "text-anchor": "middle", fill: faint })
    ),
    line(panel.left, bottom, panel.right, bottom, { stroke: ink }),
    ...one.curves.map(({ name, of }, nth) => {
      const stroke = name === "errors" ? bad : colours[nth] ?? ink;
      const points = samples.map((sample) =>
        `${atX(sample.at).toFixed(1)},${atY(of(sample)).toFixed(1)}`
      );
      const y = top + 10 + nth * 18;
      const style = { stroke, "stroke-width": 2, "stroke-dasharray": dashes[nth] ?? "none" };
      return shape("polyline", { points: points.join(" "), fill: "none", ...style }) +
        line(panel.right + 14, y - 4, panel.right + 40, y - 4, style) +
        text(panel.right + 46, y, name);
    }),
  ];
}

function linearScale([from, to]: Range, [start, end]: Range): Scale {
  return (value) => start + ((end - start) * (value - from)) / (to - from || 1);
}

/** The next of 1, 2, 4, 6, 8, 10, 20, 40 ..., which four parts divide well. */
function ceiling(value: number): number {
  for (let power = 1;; power *= 10) {
    for (const step of [1, 2, 4, 6, 8]) if (step * power > value) return step * power;
  }
}

function ticksOfTime(end: number): number[] {
  const step = [10, 30, 60, 120, 300].find((seconds) => end / seconds <= 6) ?? 600;
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, nth) => nth * step);
}
