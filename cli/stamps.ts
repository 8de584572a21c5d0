import { Problem } from "./problem.ts";

/** `count` versions for migrations, each after the newest one that the project or its database has. */
export function stampsAfter(
  versions: readonly string[],
  count: number,
  now = new Date(),
): string[] {
  const today = stampOf(now);
  const newest = [...versions].sort().at(-1) ?? "";
  // The CLI sorts them as texts.
  if (newest >= today && !/^\d{14}$/.test(newest)) {
    throw new Problem(
      `migration ${newest} sorts after every timestamp`,
      "Give it a version of 14 digits, as in supabase migration new",
    );
  }
  const stamps: string[] = [];
  let last = newest;
  for (let made = 0; made < count; made++) {
    last = last >= today ? following(last) : today;
    stamps.push(last);
  }
  return stamps;
}

function stampOf(date: Date): string {
  return date.toISOString().replace(/\D/g, "").slice(0, 14);
}

function following(stamp: string): string {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(stamp)?.map(Number) ?? [];
  const time = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  // Not every version is a time.
  if (stampOf(new Date(time)) !== stamp) return String(BigInt(stamp) + 1n);
  return stampOf(new Date(time + 1000));
}
