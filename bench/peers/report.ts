import { pageStyle, pageTable } from "../report/page.ts";
import {
  escaped,
  faint,
  ink,
  labelled,
  line,
  logScale,
  picture,
  type Range,
  roomFor,
  rule,
  shape,
  text,
} from "../report/svg.ts";
import { type Spread, spread } from "../stats.ts";
import { digits } from "../table.ts";
import { compareAll, figures, judged, measured, problemsOf, rate } from "./judge.ts";
import { type ContenderResult, type PeersResults, type Phase, phases } from "./results.ts";
import {
  caveats,
  groupTitles,
  mark,
  phaseTitles,
  problemLines,
  turnCells,
  turnColumns,
} from "./table.ts";

const width = 980;
const left = 330;
const right = 820;
const rowHeight = 24;
const colours = { product: "#0f766e", rival: "#b45309", reference: "#64748b" } as const;
const shown: readonly Phase[] = ["write 16", "last 50 of 200", "list 20"];

/** Writes and reads of everybody, in one picture. */
export function peersPicture(found: PeersResults): string {
  const parts: string[] = [];
  let top = 0;
  for (const group of ["direct", "http"] as const) {
    const own = found.contenders.filter((one) => one.group === group && measured(one));
    if (own.length === 0) continue;
    parts.push(text(20, top + 26, groupTitles[group], { "font-size": 16, "font-weight": 600 }));
    top += 34;
    for (const phase of shown) {
      const rows = own.flatMap((one) => {
        const values = valuesOf(one, phase);
        return values ? [{ one, values }] : [];
      });
      parts.push(bars(phase, rows, top));
      top += 62 + rows.length * rowHeight;
    }
  }
  parts.push(text(20, top + 14, footing(found), { fill: faint, "font-size": 11 }));
  return `${picture(width, top + 30, "Turnbase beside other stores of conversations", parts)}\n`;
}

function valuesOf(one: ContenderResult, phase: Phase): Spread | undefined {
  if (isWrite(phase)) return rate(one, phase);
  const found = figures(one, phase);
  return found.length > 0 ? spread(found.map(({ p50 }) => p50)) : undefined;
}

function isWrite(phase: Phase): boolean {
  return phaseTitles[phase].startsWith("turns");
}

interface Row {
  one: ContenderResult;
  values: Spread;
}

function bars(phase: Phase, rows: readonly Row[], top: number): string {
  const range: Range = roomFor(rows.flatMap(({ values }) => [values.min, values.max]));
  const at = logScale(range, [left, right]);
  const first = top + 28;
  const last = first + rows.length * rowHeight;
  const better = isWrite(phase) ? "further right is better" : "further left is better";
  return [
    text(20, top + 18, `${phaseTitles[phase]} (${better})`, { fill: faint }),
    ...labelled(range).map((tick) =>
      line(at(tick), first - 4, at(tick), last, { stroke: rule }) +
      text(at(tick), last + 15, tick.toLocaleString("en"), {
        "text-anchor": "middle",
        fill: faint,
      })
    ),
    line(left, first - 4, left, last, { stroke: ink }),
    ...rows.map(({ one, values }, place) => {
      const y = first + place * rowHeight;
      const middle = y + rowHeight / 2;
      return shape(
        "g",
        {},
        [
          shape("title", {}, escaped([one.name, ...problemsOf(one, phase)].join("; "))),
          text(20, middle + 4, one.name, one.kind === "product" ? { "font-weight": 600 } : {}),
          shape("rect", {
            x: left,
            y: y + 5,
            width: Math.max(at(values.median) - left, 1.5),
            height: rowHeight - 10,
            fill: colours[one.kind],
            "fill-opacity": 0.75,
          }),
          line(at(values.min), middle, at(values.max), middle, { stroke: ink }),
          text(right + 14, middle + 4, `${digits(values.median)}${mark(one, phase)}`, {
            "font-weight": 600,
          }),
        ].join(""),
      );
    }),
  ].join("\n");
}

function footing(found: PeersResults): string {
  return `Bar: median of ${found.flags.rounds} rounds, thin line all of them, axes logarithmic. ` +
    `Green: Turnbase; brown: rivals; grey: references. * fails a gate of correctness. ` +
    `${found.server.version}, ${found.machine.cores} cores, ${found.at.slice(0, 10)}${
      caveats(found) === "" ? "" : `. ${caveats(found)}: provisional`
    }.`;
}

/** Everything that a run found, in one file that needs no other. */
export function peersPage(found: PeersResults): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Turnbase beside other stores</title>
<style>${pageStyle}</style>
<body>
<main>
<h1>Turnbase beside other stores of conversations</h1>
<p class="facts">${escaped(facts(found))}</p>
${caveats(found) === "" ? "" : `<p><b>${caveats(found)}: provisional, compare with care.</b></p>`}
<p>Everybody stores and reads the same conversations, in databases of their own on one server: what an app does with
its library, called as its documents show. Turnbase runs as a signed-in user under row level security, with all of its
accounting; the others as the owner of their tables, who passes every policy, but for those that are written by hand
over HTTP. Two groups, which are not compared with each other.</p>
<div class="wide">${peersPicture(found)}</div>
${(["direct", "http"] as const).map((group) => groupSection(found, group)).join("\n")}
<h2>How many times as fast Turnbase is</h2>
<p>Round by round, by turns a second of writes and the median time of reads: above 1, Turnbase is ahead.</p>
${comparedTable(found)}
<h2>What was run</h2>
${found.contenders.map(notes).join("\n")}
<h2>Server</h2>
${
    pageTable(
      ["setting", "value"],
      Object.entries(found.server.settings).map((row) => row.map(escaped)),
    )
  }
</main>
</body>
</html>
`;
}

function groupSection(found: PeersResults, group: ContenderResult["group"]): string {
  const own = found.contenders.filter((one) => one.group === group && measured(one));
  if (own.length === 0) return "";
  return `<h2>${groupTitles[group]}</h2>
<p>Medians of the rounds, the range of them in brackets; of reads the median time of a call.</p>
${
    pageTable(
      ["", ...phases.map((phase) => phaseTitles[phase])],
      own.map((one) => [
        `<b style="color:${colours[one.kind]}">${escaped(one.name)}</b>`,
        ...phases.map((phase) => {
          const values = valuesOf(one, phase);
          return values
            ? `<b>${digits(values.median)}${mark(one, phase)}</b> (${digits(values.min)} – ${
              digits(values.max)
            })`
            : "–";
        }),
      ]),
    )
  }
<p>A turn, 16 callers at once.</p>
${
    pageTable(
      ["", ...turnColumns],
      own.map((one) => [escaped(one.name), ...turnCells(one)]),
    )
  }`;
}

function comparedTable(found: PeersResults): string {
  const compared = compareAll(found);
  const others = [...new Set(compared.map(({ other }) => other))];
  return pageTable(
    ["", ...judged.map((phase) => phaseTitles[phase])],
    others.map((other) => [
      `${escaped(other.name)}${other.kind === "reference" ? " (reference)" : ""}`,
      ...judged.map((phase) => {
        const one = compared.find((each) => each.other === other && each.phase === phase);
        return one
          ? `<b>${digits(one.found.median)}×</b> (${digits(one.found.min)} – ${
            digits(one.found.max)
          }) ${one.outcome === "ahead" ? "" : one.outcome}`
          : "–";
      }),
    ]),
  );
}

function notes(one: ContenderResult): string {
  const versions = Object.entries(one.versions).map(([name, version]) => `${name} ${version}`);
  return `<h3>${escaped(one.name)}</h3>
<p>${
    escaped([...versions, one.atomic ? "a turn is atomic" : "a turn is not atomic"].join(", "))
  }</p>
<ul>${
    [
      ...one.skipped === undefined ? [] : [`skipped: ${one.skipped}`],
      ...one.notes,
      ...problemLines(one).map((line) => `* ${line}`),
    ].map((note) => `<li>${escaped(note)}</li>`).join("")
  }</ul>`;
}

function facts(found: PeersResults): string {
  const { machine } = found;
  return [
    found.at.slice(0, 10),
    `commit ${found.commit.slice(0, 7)}${found.changed ? " with changes" : ""}`,
    found.server.version,
    `${machine.cores} cores of ${machine.cpu}, ${machine.memoryGb} GB`,
    `Node ${machine.node}`,
    `${found.flags.rounds} rounds at ${found.flags.size}`,
    `load ${found.load.before.toFixed(1)} before, ${found.load.after.toFixed(1)} after`,
  ].join(" · ");
}
