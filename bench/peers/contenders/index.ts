import type { Contender } from "../contender.ts";
import { adk } from "./adk.ts";
import { drizzleIndexed, drizzlePlain } from "./drizzle.ts";
import { floor } from "./floor.ts";
import { langchain } from "./langchain.ts";
import { langgraph, langgraphExit } from "./langgraph.ts";
import { mastra } from "./mastra.ts";
import { supabaseInOne, supabaseInTwo } from "./supabase.ts";
import { turnbase, turnbaseHttp, turnbaseHttpWhole, turnbaseWhole } from "./turnbase.ts";
import { voltagent, voltagentSupabase } from "./voltagent.ts";

export const contenders: readonly Contender[] = [
  turnbase,
  turnbaseWhole,
  mastra,
  langgraph,
  langgraphExit,
  voltagent,
  adk,
  langchain,
  drizzlePlain,
  drizzleIndexed,
  floor,
  turnbaseHttp,
  turnbaseHttpWhole,
  supabaseInOne,
  supabaseInTwo,
  voltagentSupabase,
];

/** Those whose names contain one of the words; with none, all. Ours and the floor always run: ratios need them. */
export function chooseContenders(words: readonly string[]): readonly Contender[] {
  if (words.length === 0) return contenders;
  const has = (name: string, word: string) => name.toLowerCase().includes(word.toLowerCase());
  for (const word of words) {
    if (!contenders.some(({ name }) => has(name, word))) {
      throw new Error(
        `no peer is called ${word}; there are ${contenders.map(({ name }) => name).join("; ")}`,
      );
    }
  }
  const chosen = contenders.filter(({ name }) => words.some((word) => has(name, word)));
  return contenders.filter((one) =>
    chosen.includes(one) ||
    (one.kind === "product" && chosen.some(({ group }) => group === one.group))
  );
}
