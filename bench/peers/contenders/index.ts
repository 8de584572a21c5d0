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

/**
 * Those whose names contain one of the words, and ours of their groups, but with search and realtime only where a
 * word asks for it. Without words, all.
 */
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
  const ours = [turnbase, turnbaseHttp].filter((one) =>
    chosen.some(({ group }) => group === one.group)
  );
  return contenders.filter((one) => chosen.includes(one) || ours.includes(one));
}
