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
  const asks = { role: "user" as const, content: question };
  const [asked] = await saveMessages(supabase, sessionId, [asks], {}, turnId);
  if (!asked) throw new Error("no question");
  if (!asked.inserted) {
    const { data: [kept] } = await supabase
      .from("conversation_messages")
      .select("content")
      .eq("session_id", sessionId)
      .eq("parent_message_id", asked.id)
      .eq("role", "assistant")
      .order("sequence_order")
      .limit(1)
      .throwOnError();
    if (kept) return kept.content;
  }
  const began = performance.now();
  const completion = await openai.chat.completions.create({
    model: "gpt-4o-mini",
    messages: await loadMessages(supabase, sessionId),
  });
  const answer = completion.choices[0]?.message;
  if (!answer) throw new Error("no answer");
  // Under the completion's id: sent again after a lost connection, it is stored once. Below its question: where
  // two calls of a turn ran at once, their answers are versions of one.
  await saveMessages(supabase, sessionId, [answer], {
    ...usageColumns(completion),
    parent: asked.id,
    latency_ms: Math.round(performance.now() - began),
  }, completion.id);
  return answer.content ?? "";
}
