import type { SupabaseClient } from "@supabase/supabase-js";
import * as ai from "ai";
import type { Database } from "../../types/index.ts";
import { loadMessages, saveMessages, usageColumns } from "./turnbase.ts";

/** One turn of useChat, which sends its last message: the answer as a stream, and all of it kept. */
export async function chat(
  model: Exclude<ai.LanguageModel, string>,
  supabase: SupabaseClient<Database>,
  sessionId: string,
  message: ai.UIMessage,
): Promise<Response> {
  const before = await loadMessages(supabase, sessionId, 200);
  // One that is known comes again to be answered anew, or with the result of a tool: what followed it is cut off.
  const known = before.findIndex(({ id }) => id === message.id);
  const messages = [...before.slice(0, known < 0 ? before.length : known), message];
  await ai.validateUIMessages({ messages });
  await saveMessages(supabase, sessionId, messages);
  const prompt = await ai.convertToModelMessages(messages, { ignoreIncompleteToolCalls: true });
  let failure: string | null = null;
  const result = ai.streamText({
    model,
    messages: prompt,
    // Not that of the response, which also hears of tools that fail.
    onError: ({ error }) => {
      failure ??= String(error);
    },
  });
  return result.toUIMessageStreamResponse({
    originalMessages: messages,
    generateMessageId: ai.generateId,
    // To its end, also when the browser has gone.
    consumeSseStream: ai.consumeStream,
    onFinish: async ({ messages, finishReason = null }) => {
      // A call that fails at once has used nothing.
      const used = await result.totalUsage.then((usage) => usage, () => undefined);
      await saveMessages(supabase, sessionId, messages, {
        ...usageColumns(used, model),
        finish_reason: finishReason,
        error_message: failure,
      });
    },
  });
}
