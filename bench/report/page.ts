import { compareAll, type Compared, judgeAll, type Verdict } from "../judge.ts";
import type { CaseResult, Results, Series } from "../results.ts";
import { spread } from "../stats.ts";
import { digits } from "../table.ts";
import { bars, barsHeight, barsWidth, ratioGroups, shortened } from "./bars.ts";
import { curves } from "./curves.ts";
import { escaped, faint, outcomeColours, picture, rule, sideColours, text } from "./svg.ts";

/** All promised ratios in one picture. */
export function ratiosPicture(found: Results): string {
  const groups = ratioGroups(judgeAll(found));
  const parts: string[] = [];
  let top = 0;
  for (const group of groups) {
    parts.push(bars(group, top));
    top += barsHeight(group) + 10;
  }
  parts.push(text(20, top + 12, footing(found), { fill: faint, "font-size": 11 }));
  return `${picture(barsWidth, top + 28, "Promised ratios, found and wanted", parts)}\n`;
}

function footing(found: Results): string {
  return `Bar: median of ${found.flags.rounds} rounds. Thin line: all rounds. Thick mark: the promise. ` +
    `${messagesOf(found)} messages, ${found.server.version}, ${found.machine.cores} cores, ${
      day(found)
    }.`;
}

/** Everything that a run found, in one file that needs no other. */
export function reportPage(found: Results): string {
  const verdicts = judgeAll(found);
  const times = verdicts.filter(({ target }) => target.kind === "under");
  const compared = compareAll(found);
  const grown = found.cases.filter(({ growth, series }) =>
    growth.length > 0 && new Set(series.map(({ size }) => size)).size > 1
  );
  const counts = (["reached", "within noise", "missed"] as const)
    .map((outcome) => ({ outcome, n: verdicts.filter((one) => one.outcome === outcome).length }))
    .filter(({ n }) => n > 0)
    .map(({ outcome, n }) => `<b style="color:${outcomeColours[outcome]}">${n} ${outcome}</b>`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Turnbase: how fast it is</title>
<style>${pageStyle}</style>
<body>
<main>
<h1>How fast Turnbase is</h1>
<p class="facts">${escaped(facts(found))}</p>
<p>${introduction(found)}</p>
${verdicts.length > 0 ? promises(found, counts) : ""}
${times.length > 0 ? `<h2>Expected times</h2>\n${timesTable(times, found)}` : ""}
${compared.length > 0 ? `<h2>Beside other ways</h2>\n${comparedTable(compared)}` : ""}
${
    grown.length > 0
      ? `<h2>Growth</h2>
<p>Both axes are logarithmic. A flat line does not mind how many messages there are; ${legend()}.</p>
<div class="curves">${grown.map(curves).join("\n")}</div>`
      : ""
  }
<h2>Every measurement</h2>
<p>Median of the rounds and the range of them, in milliseconds. <i>Statement</i>: without begin, role and
claims, and commit. <i>Server</i>: what the server itself spends on the statements, without the way to the
caller and back.</p>
${found.cases.map(seriesTable).join("\n")}
<h2>Where it was measured</h2>
${surroundings(found)}
</main>
</body>
</html>
`;
}

function promises(found: Results, counts: readonly string[]): string {
  return `<p>Promises: ${
    counts.join(", ")
  }. <b>Reached</b>: the median of the rounds keeps the promise. <b>Within
noise</b>: it misses it by no more than the noise of the run, which is half of what lies between its least
and its greatest round. <b>Missed</b>: by more.</p>
<h2>Ratios</h2>
<div class="wide">${ratiosPicture(found)}</div>`;
}

function introduction({ cases }: Results): string {
  const hasTurns = cases.some(({ name }) => name === "log_turn");
  return `Two databases on one server hold the same generated conversations. One is made by Turnbase's
migrations. The other is the ${
    side("baseline")
  }: the two tables, twelve indexes, eight policies and two
triggers that a team would write by hand, with sums made on reading; it keeps no order, no counters, no
usage and no idempotency. The ${side("floor")} is the least that the same rows can cost, without any
policies, functions or triggers: an index read by the owner of the table, or an insert into a bare copy of
it. Every call goes over a connection of its own as PostgREST sends it, with prepared statements; the time is
what the caller waits, for a write from begin to the end of commit, with the disk written.${
    hasTurns
      ? " A turn on the baseline is two inserts, each a transaction, as an app sends them."
      : ""
  } Every round goes through all variants in small slices, so a ratio compares the same seconds.`;
}

function side(name: keyof typeof sideColours): string {
  return `<b style="color:${sideColours[name]}">${name}</b>`;
}

function legend(): string {
  return (Object.keys(sideColours) as (keyof typeof sideColours)[])
    .map((name) => `<b style="color:${sideColours[name]}">━ ${name}</b>`).join(", ");
}

function timesTable(verdicts: readonly Verdict[], { server }: Results): string {
  const { synchronous_commit, fsync } = server.settings;
  return `<p>From the designs that Turnbase grew from, at ${
    count(verdicts[0]?.of.messages ?? 0)
  } messages, as medians of what the caller waits; writes with fsync ${
    fsync ?? "?"
  } and synchronous_commit ${synchronous_commit ?? "?"}.</p>
${
    pageTable(
      ["", "expected", "median", "rounds", "p95", "statement alone", "verdict"],
      verdicts.map(({ target, found, of, wanted, outcome }) => [
        escaped(shortened(target.says)),
        `&lt; ${wanted} ms`,
        `<b>${digits(found.median)} ms</b>`,
        `${digits(found.min)} – ${digits(found.max)}`,
        digits(of.p95),
        digits(spread(of.rounds.map(({ statementMs }) => statementMs)).median),
        `<b style="color:${outcomeColours[outcome]}">${outcome}</b>`,
      ]),
    )
  }`;
}

function comparedTable(compared: readonly Compared[]): string {
  return `<p>Nothing is promised about these.</p>
${
    pageTable(
      ["", "times as fast", "rounds", "milliseconds"],
      compared.map(({ comparison, found, of, against }) => [
        escaped(comparison.says),
        `<b>${digits(found.median)}×</b>`,
        `${digits(found.min)} – ${digits(found.max)}`,
        `${middle(of)} beside ${middle(against)}`,
      ]),
    )
  }`;
}

function seriesTable(one: CaseResult): string {
  return `<h3>${escaped(one.name)}</h3>
<p>${escaped(one.measures)}</p>
${one.error === undefined ? "" : `<p><b>Failed: ${escaped(one.error)}</b></p>`}${
    pageTable(
      ["", "messages", "median", "rounds", "p95", "statement", "server", "calls"],
      one.series.map((series) => {
        const { median, min, max } = spread(series.rounds.map(({ ms }) => ms));
        const server = series.rounds.flatMap(({ serverMs }) => serverMs === null ? [] : [serverMs]);
        return [
          `<span style="color:${sideColours[series.side]}">■</span> ${escaped(series.label)}`,
          count(series.messages),
          `<b>${digits(median)}</b>`,
          `${digits(min)} – ${digits(max)}`,
          digits(series.p95),
          digits(spread(series.rounds.map(({ statementMs }) => statementMs)).median),
          server.length > 0 ? digits(spread(server).median) : "",
          count(series.rounds.reduce((sum, { calls }) => sum + calls, 0)),
        ];
      }),
    )
  }`;
}

function surroundings(found: Results): string {
  const megabytes = (bytes: number) => `${count(Math.round(bytes / 2 ** 20))} MiB`;
  return [
    pageTable(
      ["machine", ""],
      Object.entries(found.machine).map(([key, value]) => [key, escaped(`${value}`)]),
    ),
    pageTable(
      ["data", "side", "messages", "sessions", "on disk", "loaded in"],
      found.sets.flatMap(({ set, size, product, baseline }) =>
        Object.entries({ product, baseline }).map(([name, one]) => [
          `${set} ${size}`,
          name,
          count(one.messages),
          count(one.sessions),
          megabytes(one.bytes),
          `${Math.round(one.seconds)} s`,
        ])
      ),
    ),
    pageTable(
      ["setting of the server", ""],
      Object.entries(found.server.settings).map(([name, value]) => [escaped(name), escaped(value)]),
    ),
    pageTable(
      ["side", "table", "triggers that were on"],
      Object.entries(found.triggers).flatMap(([name, relations]) =>
        Object.entries(relations).map(([relation, triggers]) => [
          name,
          escaped(relation),
          escaped(triggers.join(", ")),
        ])
      ),
    ),
  ].join("\n");
}

function facts(found: Results): string {
  const { machine } = found;
  return [
    day(found),
    `commit ${found.commit.slice(0, 7)}${found.changed ? " with changes" : ""}`,
    found.server.version,
    `${machine.cores} cores of ${machine.cpu}, ${machine.memoryGb} GB`,
    `Node ${machine.node}`,
    `${found.flags.rounds} rounds`,
    `load ${found.load.before.toFixed(1)} before, ${found.load.after.toFixed(1)} after`,
    `${messagesOf(found)} messages`,
  ].join(" · ");
}

function day({ at }: Results): string {
  return at.slice(0, 10);
}

/** In the largest data. */
function messagesOf({ sets }: Results): string {
  return count(Math.max(...sets.map(({ product }) => product.messages)));
}

function middle({ rounds }: Series): string {
  return digits(spread(rounds.map(({ ms }) => ms)).median);
}

function count(value: number): string {
  return value.toLocaleString("en");
}

export function pageTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (name: string, list: readonly string[]) =>
    list.map((cell) => `<${name}>${cell}</${name}>`).join("");
  return `<table><thead><tr>${cells("th", head)}</tr></thead><tbody>
${rows.map((list) => `<tr>${cells("td", list)}</tr>`).join("\n")}
</tbody></table>`;
}

/** Of every report. */
export const pageStyle = `
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: #1f2933; background: #fff; }
main { max-width: 1000px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { margin: 0; } h2 { margin: 40px 0 8px; } h3 { margin: 24px 0 0; }
.facts { color: ${faint}; margin-top: 4px; }
.wide, table { overflow-x: auto; }
.curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(460px, 1fr)); gap: 12px; }
table { border-collapse: collapse; font-size: 13px; margin: 12px 0; font-variant-numeric: tabular-nums; }
th { text-align: left; color: ${faint}; font-weight: 500; }
th, td { padding: 4px 16px 4px 0; border-bottom: 1px solid ${rule}; vertical-align: top; }
svg { max-width: 100%; height: auto; }`;
