import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { HumanMessage } from "@langchain/core/messages";
import type { SupabaseClient } from "@supabase/supabase-js";
import type { Database } from "../../types/index.ts";
import { TurnbaseChatMessageHistory } from "./turnbase.ts";

/** One turn: what was said before, the question, the answer, and all of it kept. */
export async function chat(
  model: BaseChatModel,
  supabase: SupabaseClient<Database>,
  sessionId: string,
  question: string,
): Promise<string> {
  const history = new TurnbaseChatMessageHistory({ supabase, sessionId });
  // Before it is read: behind a question, a call that was never answered is left out.
  await history.addMessage(new HumanMessage(question));
  const answer = await model.invoke(await history.getMessages());
  await history.addMessage(answer);
  return answer.text;
}
