/** How large the data is: `messages` in sessions of usual length, besides the special ones. */
export interface Size {
  name: "20k" | "200k" | "2m";
  messages: number;
  users: number;
}

export const sizes: readonly Size[] = [
  { name: "20k", messages: 20_000, users: 50 },
  { name: "200k", messages: 200_000, users: 200 },
  { name: "2m", messages: 2_000_000, users: 1000 },
];

export function parseSizes(text: string): Size[] {
  const names = text.toLowerCase().split(",").map((name) => name.trim());
  const chosen = sizes.filter(({ name }) => names.includes(name));
  const unknown = names.find((name) => !sizes.some((size) => size.name === name));
  if (unknown !== undefined || chosen.length === 0) {
    throw new Error(
      `--sizes takes ${sizes.map(({ name }) => name).join(", ")}, not ${unknown ?? text}`,
    );
  }
  return chosen;
}
