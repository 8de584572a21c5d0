import { type Attempt, nameOf } from "../attempt.ts";
import type { World } from "../world.ts";
import { escalations } from "./brands.ts";
import { files, topics } from "./closed.ts";
import { money } from "./money.ts";
import { embeds, guesses, reads } from "./reads.ts";
import { requests } from "./requests.ts";
import { routines } from "./routines.ts";
import { timings } from "./timing.ts";
import { tokens } from "./tokens.ts";
import { visitors } from "./visitors.ts";
import { writes } from "./writes.ts";

const families: Record<string, (world: World) => Attempt[]> = {
  "tokens and keys": tokens,
  "reads, filters and counts": reads,
  "embedded resources": embeds,
  "guessed ids": guesses,
  "writes": writes,
  "functions": routines,
  "roles in a brand": escalations,
  "budgets and costs": money,
  "edge functions and secrets": visitors,
  "files": files,
  "realtime topics": topics,
  "requests and settings": requests,
  "time of answers": timings,
};

export type Made = Attempt & { family: string };

/** All attempts on this database, each technique on each object once. */
export function makeAttempts(world: World): Made[] {
  const made = new Map<string, Made>();
  for (const [family, make] of Object.entries(families)) {
    for (const attempt of make(world)) made.set(nameOf(attempt), { ...attempt, family });
  }
  return [...made.values()];
}
