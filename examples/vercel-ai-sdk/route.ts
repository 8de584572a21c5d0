import type { SupabaseClient } from "@supabase/supabase-js";
import * as ai from "ai";
import type { Database } from "../../types/index.ts";
import { loadMessages, saveMessages, usageColumns } from "./turnbase.ts";

/** `export const POST = chatRoute(openai("gpt-4o"), ...)`: useChat sends { id, message }. */
export function chatRoute(
  model: Exclude<ai.LanguageModel, string>,
  clientOf: (request: Request) => SupabaseClient<Database>,
) {
  return async (request: Request): Promise<Response> => {
    const { id, message }: { id: string; message: ai.UIMessage } = await request.json();
    const supabase = clientOf(request);
    const before = await loadMessages(supabase, id, 200);
    // With the result of a tool of the browser, the last answer comes again under its id.
    const messages = [...before.filter((known) => known.id !== message.id), message];
    await ai.validateUIMessages({ messages });
    await saveMessages(supabase, id, messages);

    const result = ai.streamText({
      model,
      messages: await ai.convertToModelMessages(messages, { ignoreIncompleteToolCalls: true }),
    });
    return result.toUIMessageStreamResponse({
      originalMessages: messages,
      generateMessageId: ai.generateId,
      onFinish: async ({ messages }) => {
        const { modelId } = await result.response;
        const [provider = ""] = model.provider.split("."); // "openai.chat"
        const used = usageColumns(await result.totalUsage, { provider, model: modelId });
        await saveMessages(supabase, id, messages, used);
      },
    });
  };
}
