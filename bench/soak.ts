import type { Results } from "./results.ts";

/** Memory of the processes of one program. */
export interface Memory {
  processes: number;
  /** Resident, what they share counted in each. */
  rssMb: number;
  /** Their own: anonymous pages. */
  ownMb: number;
}

/** One stretch of the soak. */
export interface Sample {
  /** Seconds since it began. */
  at: number;
  requests: number;
  perSecond: number;
  /** Nobody provoked them. */
  errors: number;
  provoked: number;
  p50: number;
  p95: number;
  p99: number;
  databaseMb: number;
  memory: Record<string, Memory>;
}

export interface Soak {
  at: string;
  checkout: { commit: string; changed: boolean };
  machine: Results["machine"];
  load: { before: number; after: number };
  server: { version: string; settings: Record<string, string> };
  seconds: number;
  users: number;
  samples: Sample[];
  calls: Record<string, { calls: number; p50: number; p95: number; p99: number; most: number }>;
  provoked: Record<string, number>;
  errors: string[];
  messages: number;
  growth: Growth[];
}

export interface Growth {
  program: string;
  ownMb: number;
  growthMb: number;
  allowedMb: number;
}

/** Programs of the store whose memory is judged. */
const judged = ["postgres", "postgrest", "deno"];

/**
 * By how much the straight line through the second half of the samples rises, for each program, and how much it may:
 * a tenth of where it stands, or 16 MB where that is more. The first half is for caches to fill.
 */
export function growthOf(samples: readonly Sample[]): Growth[] {
  const half = samples.slice(Math.floor(samples.length / 2));
  return judged.map((program) => {
    const points = half.map(({ at, memory }) => [at, memory[program]?.ownMb ?? 0] as const);
    const mean = average(points.map(([, mb]) => mb));
    const rise = slope(points) * ((points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0));
    return {
      program,
      ownMb: rounded(mean),
      growthMb: rounded(rise),
      allowedMb: rounded(Math.max(16, mean / 10)),
    };
  });
}

/** By least squares. */
function slope(points: readonly (readonly [number, number])[]): number {
  const [atX, atY] = [average(points.map(([x]) => x)), average(points.map(([, y]) => y))];
  const spread = points.reduce((sum, [x]) => sum + (x - atX) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, [x, y]) => sum + (x - atX) * (y - atY), 0) / spread;
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function rounded(value: number): number {
  return Number(value.toFixed(1));
}
