/** How large the data is: `messages` in sessions of usual length, besides the special ones. */
export interface Size {
  name: "20k" | "200k" | "2m" | "10m";
  messages: number;
  users: number;
}

export const sizes: readonly Size[] = [
  { name: "20k", messages: 20_000, users: 50 },
  { name: "200k", messages: 200_000, users: 200 },
  { name: "2m", messages: 2_000_000, users: 1000 },
];

/** For curves, and by its name alone: to load it takes long. Without the words of the messages, which take longer. */
const largest: Size = { name: "10m", messages: 10_000_000, users: 5000 };

export function parseSizes(text: string): Size[] {
  const names = text.toLowerCase().split(",").map((name) => name.trim());
  const all = [...sizes, largest];
  const chosen = all.filter(({ name }) => names.includes(name));
  const unknown = names.find((name) => !all.some((size) => size.name === name));
  if (unknown !== undefined || chosen.length === 0) {
    throw new Error(
      `--sizes takes ${all.map(({ name }) => name).join(", ")}, not ${unknown ?? text}`,
    );
  }
  return chosen;
}

/** Whether the messages of this size are indexed by their words. */
export function hasWords({ name }: Size): boolean {
  return name !== largest.name;
}
