import { invalid } from "./errors.ts";

/** More would cost Postgres, and JSON.stringify, their stack. */
const maxDepth = 64;

export function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  if (isDeep(text)) throw invalid(`body: JSON may be ${maxDepth} levels deep`);
  try {
    return JSON.parse(text);
  } catch {
    throw invalid("body: this is not JSON");
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalid("body: this is not UTF-8");
  }
}

/** Told from the text, before anything is built from it. */
function isDeep(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (quoted) {
      if (character === 0x5c) at++;
      else if (character === 0x22) quoted = false;
    } else if (character === 0x22) quoted = true;
    else if (character === 0x7b || character === 0x5b) {
      if (++depth > maxDepth) return true;
    } else if (character === 0x7d || character === 0x5d) depth--;
  }
  return false;
}

/** Names the first value that Postgres cannot hold: U+0000, half a surrogate pair, a number beyond JavaScript's. */
export function unstorable(value: unknown, path = ""): string | undefined {
  if (typeof value === "string") {
    return isStorable(value) ? undefined : `${path}: U+0000 and lone surrogates cannot be stored`;
  }
  if (typeof value === "number") {
    return Number.isFinite(value) ? undefined : `${path}: this number is too large`;
  }
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const where = path === "" ? key : `${path}.${key}`;
    const problem = isStorable(key)
      ? unstorable(part, where)
      : `${path || "body"}: U+0000 and lone surrogates cannot be stored in names`;
    if (problem) return problem;
  }
  return undefined;
}

/** The same value with U+FFFD for each character that Postgres cannot hold, and whether there was one. */
export function makeStorable(
  value: unknown,
): { value: unknown; replaced: boolean } {
  let replaced = false;
  const text = (given: string): string => {
    if (isStorable(given)) return given;
    replaced = true;
    return given.toWellFormed().replaceAll("\0", "\ufffd");
  };
  const copy = (part: unknown): unknown => {
    if (typeof part === "string") return text(part);
    if (Array.isArray(part)) return part.map(copy);
    if (typeof part !== "object" || part === null) return part;
    // fromEntries defines properties: a key named __proto__ stays a key.
    return Object.fromEntries(
      Object.entries(part).map(([key, inner]) => [text(key), copy(inner)]),
    );
  };
  return { value: copy(value), replaced };
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}
