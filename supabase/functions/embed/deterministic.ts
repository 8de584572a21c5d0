/**
 * Not a language model: words and parts of words, hashed into a vector. The same text gives the same vector anywhere,
 * and texts are similar as far as they are spelled alike; it knows nothing of what they mean. For tests and demos.
 */
export const modelName = "hashed-words-not-a-language-model";

const partLength = 3;
const partWeight = 0.3;

export function embedText(text: string, dimensions: number): number[] {
  const vector = new Array<number>(dimensions).fill(0);
  const add = (feature: string, weight: number) => {
    const hash = fnv1a(feature);
    // The last bit says which way, so that features which share a place do not only add up.
    const at = (hash >>> 1) % dimensions;
    vector[at] = (vector[at] ?? 0) + (hash & 1 ? weight : -weight);
  };
  const words = text.normalize("NFKC").toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  for (const word of words) {
    add(word, 1);
    const padded = [..."<", ...word, ">"];
    for (let at = 0; at + partLength <= padded.length; at++) {
      add(`#${padded.slice(at, at + partLength).join("")}`, partWeight);
    }
  }
  if (words.length === 0) add(text, 1);
  const length = Math.hypot(...vector);
  // Features that cancel each other out.
  if (length === 0) return vector.with(0, 1);
  return vector.map((value) => value / length);
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash;
}
