/** What SVG takes to draw the few things that a report has: text, lines, boxes and logarithmic axes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

type Attributes = Record<string, string | number>;

export function shape(name: string, attributes: Attributes, content = ""): string {
  const list = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? round(value) : escaped(value)}"`)
    .join("");
  return content === "" ? `<${name}${list}/>` : `<${name}${list}>${content}</${name}>`;
}

export function text(x: number, y: number, content: string, more: Attributes = {}): string {
  return shape("text", { x, y, ...more }, escaped(content));
}

export function line(x1: number, y1: number, x2: number, y2: number, more: Attributes): string {
  return shape("line", { x1, y1, x2, y2, ...more });
}

/** A picture that shows the same in a page, in a README and in a viewer. */
export function picture(width: number, height: number, title: string, parts: string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `role="img" font-family="system-ui, sans-serif" font-size="12" fill="${ink}">`,
    `<title>${escaped(title)}</title>`,
    shape("rect", { width, height, fill: "#ffffff" }),
    ...parts,
    "</svg>",
  ].join("\n");
}

export type Scale = (value: number) => number;

export function logScale([from, to]: Range, [start, end]: Range): Scale {
  return (value) =>
    start + (end - start) * (Math.log(value) - Math.log(from)) / (Math.log(to) - Math.log(from));
}

export type Range = readonly [from: number, to: number];

/** From a power of ten, or twice or five times one, to another, with all values well inside. */
export function roomFor(values: readonly number[]): Range {
  const marks = ticks([Math.min(...values) / 20, Math.max(...values) * 20]);
  const from = marks.findLast((mark) => mark < Math.min(...values) * 0.95);
  const to = marks.find((mark) => mark > Math.max(...values) * 1.05);
  if (from === undefined || to === undefined) throw new Error("no room for no values");
  return [from, to];
}

/** 1, 2, 5, 10, 20 ... between both ends. */
export function ticks([from, to]: Range): number[] {
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power++) {
    for (const step of [1, 2, 5]) {
      const mark = Number(`${step}e${power}`);
      if (mark >= from && mark <= to) found.push(mark);
    }
  }
  return found;
}

/** The ticks that get a number: all, or powers of ten where there are many. */
export function labelled(range: Range): number[] {
  const all = ticks(range);
  return all.length <= 7 ? all : all.filter((mark) => Number.isInteger(Math.log10(mark)));
}

function round(value: number): number {
  return Number(value.toFixed(1));
}

export const ink = "#1f2933";
export const faint = "#6b7785";
export const rule = "#dde2e7";
/** Told apart without colour too: the words and the order are always there. */
export const sideColours = { product: "#0f766e", baseline: "#b45309", floor: "#64748b" } as const;
export const outcomeColours = {
  reached: "#0f766e",
  "within noise": "#b7791f",
  missed: "#c53030",
} as const;
