export interface Weakening {
  /** The part that is gone. */
  part: string;
  /** The whole expression without it. */
  expression: string;
}

interface Range {
  start: number;
  end: number;
}

/**
 * Every operand of every AND and OR, each taken out alone. `expression` is what pg_get_expr writes: AND and OR in
 * capitals, with parentheses around each of them.
 */
export function weaken(expression: string): Weakening[] {
  const found: Weakening[] = [];
  visit(expression, { start: 0, end: expression.length }, found);
  return found;
}

function visit(text: string, range: Range, found: Weakening[]): void {
  const inner = withoutParentheses(text, range);
  for (const [operator, neutral] of [["AND", "true"], ["OR", "false"]] as const) {
    const operands = split(text, inner, operator);
    if (operands.length < 2) continue;
    for (const { start, end } of operands) {
      found.push({
        part: text.slice(start, end),
        expression: text.slice(0, start) + neutral + text.slice(end),
      });
    }
    for (const operand of operands) visit(text, operand, found);
    return;
  }
}

function withoutParentheses(text: string, range: Range): Range {
  const { start, end } = trim(text, range);
  if (text[start] !== "(" || closing(text, start) !== end - 1) return { start, end };
  const inner = trim(text, { start: start + 1, end: end - 1 });
  if (/^(?:SELECT|WITH|VALUES)\b/.test(text.slice(inner.start, inner.end))) return { start, end };
  return withoutParentheses(text, inner);
}

function trim(text: string, { start, end }: Range): Range {
  while (start < end && /\s/.test(text[start] ?? "")) start++;
  while (end > start && /\s/.test(text[end - 1] ?? "")) end--;
  return { start, end };
}

function split(text: string, { start, end }: Range, operator: "AND" | "OR"): Range[] {
  const between = ` ${operator} `;
  const operands: Range[] = [];
  let from = start;
  for (let at = start; at < end; at = next(text, at)) {
    if (!text.startsWith(between, at)) continue;
    operands.push({ start: from, end: at });
    from = at + between.length;
  }
  return [...operands, { start: from, end }];
}

/** The position after the character, or after the whole quoted or bracketed part that begins there. */
function next(text: string, at: number): number {
  const char = text[at] ?? "";
  if (char === "(" || char === "[") return closing(text, at) + 1;
  if (char === "'" || char === '"') {
    const end = text.indexOf(char, at + 1);
    return end === -1 ? text.length : end + 1;
  }
  return at + 1;
}

function closing(text: string, open: number): number {
  let at = open + 1;
  while (at < text.length && text[at] !== ")" && text[at] !== "]") at = next(text, at);
  return at;
}
