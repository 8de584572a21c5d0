import { findCaller, findKey, findUser, secretForm } from "../_shared/auth.ts";
import { rateKey, visitorTraces } from "../_shared/client.ts";
import { serviceKeys } from "../_shared/env.ts";
import { HttpError, invalid, unauthenticated } from "../_shared/errors.ts";
import { type Context, createFunction } from "../_shared/http.ts";
import { callerArgs, type ChatDeps, requireSalt } from "../_shared/rpc.ts";
import { parse, visitorSession } from "../_shared/schemas.ts";
import {
  claimBody,
  historyQuery,
  sessionName,
  startBody,
  storedMessages,
  storedStats,
} from "./schema.ts";

/** The session of a chat: POST start, end and claim; GET history and stats. */
export function createHandler(deps: ChatDeps) {
  const { env, log } = deps;
  const post = (handle: Action) => ({
    method: "POST" as const,
    logsChats: true,
    handle: (context: Context) => handle(deps, context),
  });
  const get = (handle: Action) => ({
    method: "GET" as const,
    handle: (context: Context) => handle(deps, context),
  });
  return createFunction({
    name: "chat-session",
    allowedOrigins: env.ALLOWED_ORIGINS,
    loggingEnabled: env.ENABLE_CHAT_LOGGING,
    log,
    routes: {
      start: post(start),
      end: post(end),
      claim: post(claim),
      history: get(history),
      stats: get(stats),
    },
  });
}

type Action = (
  deps: ChatDeps,
  context: Context,
) => Promise<Record<string, unknown>>;

/** Needs no caller: the secret that comes with it, or goes back, is what opens the session later. */
const start: Action = async ({ env, rpc }, { request, json }) => {
  requireSalt(env);
  const { value } = parse(startBody, await json());
  const userAgent = value.userAgent ?? request.headers.get("user-agent") ?? "";
  const traces = await visitorTraces(request, userAgent, env);
  const madeSecret = value.sessionSecret === undefined ? newSecret() : undefined;
  const session = visitorSession.parse(
    await rpc({ kind: "service" }, "start_visitor_session", {
      p_session_token: value.sessionToken,
      p_session_secret: value.sessionSecret ?? madeSecret,
      p_user_identifier: traces.userIdentifier,
      p_user_agent: userAgent || undefined,
      p_referrer: value.referrer,
      p_device_type: value.deviceType,
      p_address: traces.address,
      p_retention_days: env.CHAT_LOG_RETENTION_DAYS,
      p_rate_key: await rateKey(request, env),
      p_rate_limit: env.RATE_LIMIT_PER_MINUTE,
    }),
  );
  return {
    success: true,
    sessionId: session.session_id,
    sessionToken: session.session_token,
    startedAt: session.started_at,
    expiresAt: session.expires_at,
    ...(madeSecret ? { sessionSecret: madeSecret } : {}),
  };
};

const end: Action = async ({ env, rpc }, { request, json }) => {
  const caller = await findCaller(request, env);
  const { value } = parse(sessionName, await json(), caller);
  const session = visitorSession.parse(
    await rpc(caller, "end_visitor_session", {
      ...await callerArgs(caller, request, env, value),
    }),
  );
  return {
    success: true,
    sessionId: session.session_id,
    endedAt: session.ended_at,
  };
};

const claim: Action = async ({ env, rpc }, { request, json }) => {
  const caller = await findUser(request, env);
  if (!caller) {
    if (await findKey(request, serviceKeys(env)) !== undefined) {
      throw new HttpError(403, "FORBIDDEN", "Not allowed", {
        hint: "A session is claimed by a user: send a user's token.",
      });
    }
    throw unauthenticated(
      "A session is claimed by a user: send a user's token.",
    );
  }
  const { value } = parse(claimBody, await json(), caller);
  const secret = value.sessionSecret ??
    request.headers.get("x-session-secret") ?? "";
  if (!secretForm.test(secret)) {
    throw invalid("x-session-secret: send the session's secret");
  }
  const session = visitorSession.parse(
    await rpc(caller, "claim_visitor_session", {
      ...await callerArgs(caller, request, env, value),
      p_session_secret: secret,
    }),
  );
  return {
    success: true,
    sessionId: session.session_id,
    claimedAt: session.claimed_at,
  };
};

const history: Action = async ({ env, rpc }, { request, url }) => {
  const caller = await findCaller(request, env);
  const { value } = parse(
    historyQuery,
    Object.fromEntries(url.searchParams),
    caller,
  );
  const messages = storedMessages.parse(
    await rpc(caller, "get_chat_history", {
      ...await callerArgs(caller, request, env, value),
      p_limit: value.limit,
      p_before_sequence: value.before,
    }, Object.keys(storedMessages.element.shape).join()),
  );
  const oldest = messages.length === value.limit ? messages[0]?.sequence_order : undefined;
  return {
    success: true,
    messages: messages.map((message) => ({
      id: message.id,
      role: message.role,
      content: message.content,
      status: message.status,
      sequence: message.sequence_order,
      parentMessageId: message.parent_message_id,
      mood: message.mood,
      provider: message.provider,
      model: message.model_used,
      latencyMs: message.latency_ms,
      toolCalls: message.tool_calls,
      errorMessage: message.error_message,
      metadata: message.metadata,
      createdAt: message.created_at,
    })),
    nextBefore: oldest !== undefined && oldest > 1 ? oldest : null,
  };
};

const stats: Action = async ({ env, rpc }, { request, url }) => {
  const caller = await findCaller(request, env);
  const { value } = parse(sessionName, Object.fromEntries(url.searchParams), caller);
  const found = storedStats.parse(
    await rpc(caller, "get_chat_stats", {
      ...await callerArgs(caller, request, env, value),
    }, statsColumns),
  );
  return {
    success: true,
    stats: {
      sessionId: found.session_id,
      messageCount: found.message_count,
      conversationCount: found.conversation_count,
      startedAt: found.started_at,
      lastActivityAt: found.last_activity_at,
      avgResponseTimeMs: found.avg_latency_ms,
      totalTokens: found.total_tokens,
      totalCostUsd: found.total_cost_usd,
    },
  };
};

// The cost as text: JSON's numbers lose the last digits of a sum of money.
const statsColumns = Object.keys(storedStats.shape).join().replace(
  "total_cost_usd",
  "$&::text",
);

/** 256 random bits as 43 characters of base64url. */
function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
