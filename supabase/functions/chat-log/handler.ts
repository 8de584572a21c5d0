import { type Caller, findCaller } from "../_shared/auth.ts";
import { HttpError } from "../_shared/errors.ts";
import { createFunction } from "../_shared/http.ts";
import { callerArgs, type ChatDeps } from "../_shared/rpc.ts";
import { parse, parseShape } from "../_shared/schemas.ts";
import { batchBody, type LoggedTurn, loggedTurns, turnBody } from "./schema.ts";

type Args = Record<string, unknown>;

type Result =
  | ({ turnId: unknown; success: true } & Written)
  | { turnId: unknown; success: false; status: number; error: Problem };

interface Written {
  conversationId: string | null;
  sessionId: string | null;
  inserted: boolean | null;
}

interface Problem {
  code: string;
  message: string;
  hint?: string;
}

/** POST chat-log: one turn, or up to a hundred. */
export function createHandler({ env, rpc, log }: ChatDeps) {
  return createFunction({
    name: "chat-log",
    allowedOrigins: env.ALLOWED_ORIGINS,
    loggingEnabled: env.ENABLE_CHAT_LOGGING,
    log,
    routes: {
      "": {
        method: "POST",
        logsChats: true,
        maxBytes: 4 * 1024 * 1024,
        handle: async ({ request, json }) => {
          const caller = await findCaller(request, env);
          const body = await json();
          const write = async (turns: Args[]) => {
            const args = {
              ...await callerArgs(caller, request, env),
              p_turns: turns,
            };
            return loggedTurns.parse(await rpc(caller, "log_chat_turns", args));
          };
          if (hasTurns(body)) return await logBatch(body, caller, write);
          const [logged] = await write([readTurn(body, caller)]);
          if (!logged) throw new Error("log_chat_turns gave nothing back");
          return { success: true, ...written(logged) };
        },
      },
    },
  });
}

function hasTurns(body: unknown): body is object {
  return typeof body === "object" && body !== null &&
    Object.hasOwn(body, "turns");
}

/** Each turn stands or falls by itself: a bad one must not hold up those that a client sends with it. */
async function logBatch(
  body: object,
  caller: Caller,
  write: (turns: Args[]) => Promise<LoggedTurn[]>,
): Promise<Response> {
  const { turns } = parseShape(batchBody, body);
  const results: Result[] = [];
  const good: { at: number; args: Args }[] = [];
  for (const [at, given] of turns.entries()) {
    try {
      good.push({ at, args: readTurn(given, caller) });
    } catch (error) {
      results[at] = refused(turnIdOf(given), error);
    }
  }
  if (good.length > 0) {
    try {
      const logged = await write(good.map(({ args }) => args));
      for (const [place, { at }] of good.entries()) {
        results[at] = resultOf(logged[place]);
      }
    } catch (error) {
      // A turn that is alone is refused as the whole call would be.
      const [only] = good;
      if (!only || good.length > 1 || !isOfTurn(error)) throw error;
      results[only.at] = refused(only.args["turn_id"], error);
    }
  }
  const success = results.every((result) => result.success);
  return Response.json({ success, results }, { status: success ? 200 : 207 });
}

function resultOf(logged: LoggedTurn | undefined): Result {
  if (!logged) throw new Error("log_chat_turns gave too little back");
  const { turn_id: turnId, status, code, message, hint } = logged;
  if (status === 200) return { turnId, success: true, ...written(logged) };
  return {
    turnId,
    success: false,
    status,
    error: {
      code: code ?? "INTERNAL",
      message: message ?? "",
      ...(hint ? { hint } : {}),
    },
  };
}

function refused(turnId: unknown, error: unknown): Result {
  if (!(error instanceof HttpError)) throw error;
  const { status, code, message, hint } = error;
  return {
    turnId: turnId ?? null,
    success: false,
    status,
    error: { code, message, ...(hint ? { hint } : {}) },
  };
}

/** Not of the call: who calls, how often, and whether the database is there. */
function isOfTurn(error: unknown): boolean {
  return error instanceof HttpError &&
    [400, 403, 404, 409, 413].includes(error.status);
}

function turnIdOf(given: unknown): string | null {
  const id = typeof given === "object" && given !== null && "turnId" in given ? given.turnId : null;
  return typeof id === "string" && id.length <= 36 ? id : null;
}

function written(logged: LoggedTurn): Written {
  return {
    conversationId: logged.turn_id,
    sessionId: logged.session_id,
    inserted: logged.inserted,
  };
}

/** A turn as the database takes it. */
function readTurn(given: unknown, caller: Caller): Args {
  const { value: turn, replacedCharacters } = parse(turnBody, given, caller);
  return {
    turn_id: turn.turnId,
    session_id: turn.sessionId,
    session_token: turn.sessionToken,
    user_message: turn.userMessage,
    ai_response: turn.aiResponse,
    mood: turn.mood,
    latency_ms: turn.responseTimeMs,
    provider: turn.provider,
    model: turn.model,
    cost_usd: turn.costUsd,
    tokens_used: turn.usage?.tokensUsed,
    input_tokens: turn.usage?.inputTokens,
    output_tokens: turn.usage?.outputTokens,
    cached_input_tokens: turn.usage?.cachedInputTokens,
    cache_write_tokens: turn.usage?.cacheWriteTokens,
    cache_write_1h_tokens: turn.usage?.cacheWrite1hTokens,
    reasoning_tokens: turn.usage?.reasoningTokens,
    service_tier: turn.serviceTier,
    finish_reason: turn.finishReason,
    error_message: turn.errorMessage,
    tool_calls: turn.toolCalls,
    similar_qa_matches: turn.similarQaMatches,
    similarity_scores: turn.similarityScores,
    query_embedding: turn.embedding,
    metadata: replacedCharacters
      ? Object.fromEntries([...Object.entries(turn.metadata ?? {}), ["replaced_characters", true]])
      : turn.metadata,
  };
}
