import type { SupabaseClient } from "@supabase/supabase-js";
import type OpenAI from "openai";
import type { Database } from "../../types/index.ts";
import { loadMessages, saveMessages, usageColumns } from "./turnbase.ts";

/** One turn: what was said before, the question, the answer, and all of it kept. Tried again: the same turnId. */
export async function chat(
  openai: OpenAI,
  supabase: SupabaseClient<Database>,
  sessionId: string,
  question: string,
  turnId: string = crypto.randomUUID(),
): Promise<string> {
  // Before it is loaded: behind a question, a call that was never answered is left out.
  await saveMessages(supabase, sessionId, [{ role: "user", content: question }], {}, turnId);
  const began = performance.now();
  const completion = await openai.chat.completions.create({
    model: "gpt-4o-mini",
    messages: await loadMessages(supabase, sessionId),
  });
  const answer = completion.choices[0]?.message;
  if (!answer) throw new Error("no answer");
  // Under the completion's id: sent again after a lost connection, it is stored once.
  await saveMessages(supabase, sessionId, [answer], {
    ...usageColumns(completion),
    latency_ms: Math.round(performance.now() - began),
  }, completion.id);
  return answer.content ?? "";
}
