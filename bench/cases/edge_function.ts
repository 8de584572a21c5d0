import { randomUUID } from "node:crypto";
import type { Case, Comparison, Request } from "../case.ts";
import { openSession } from "../data/chat.ts";
import type { Size } from "../data/sizes.ts";
import { answerText, extras, questionText } from "./messages.ts";

const crowds = [1, 16] as const;
const ways = { edge: "chat-log", rpc: "log_chat_turns through PostgREST" };

function label(way: keyof typeof ways, callers: number): string {
  return `${ways[way]}, ${callers} ${callers === 1 ? "caller" : "callers"}`;
}

function variants(size: Size): Request[] {
  return crowds.flatMap((callers): Request[] => {
    const common = {
      kind: "request",
      database: "product",
      setup: extras("on"),
      calls: callers === 1 ? 150 : 400,
      callers,
    } as const;
    return [
      {
        ...common,
        label: label("edge", callers),
        side: "product",
        send: ({ serviceRoleKey }, call) => ({
          path: "/functions/v1/chat-log",
          headers: headers(serviceRoleKey),
          body: JSON.stringify({
            turnId: randomUUID(),
            sessionId: openSession(size, call).session,
            userMessage: questionText,
            aiResponse: answerText,
            provider: "openai",
            model: "large",
            usage: { tokensUsed: 150 },
            costUsd: 0.0008,
            responseTimeMs: 850,
          }),
        }),
      },
      {
        ...common,
        label: label("rpc", callers),
        side: "floor",
        send: ({ serviceRoleKey }, call) => ({
          path: "/rest/v1/rpc/log_chat_turns",
          headers: headers(serviceRoleKey),
          body: JSON.stringify({
            p_turns: [{
              turn_id: randomUUID(),
              session_id: openSession(size, call).session,
              user_message: questionText,
              ai_response: answerText,
              provider: "openai",
              model: "large",
              tokens_used: 150,
              cost_usd: 0.0008,
              latency_ms: 850,
            }],
          }),
        }),
      },
    ];
  });
}

function headers(key: string): HeadersInit {
  return { apikey: key, authorization: `Bearer ${key}`, "content-type": "application/json" };
}

export const edgeFunction: Case = {
  name: "edge_function",
  measures:
    "A turn logged over HTTP by an app server, through the local gateway: by the function chat-log, " +
    "and by the one call that it makes, log_chat_turns through PostgREST.",
  set: "chat",
  sizes: ["20k", "200k"],
  writes: true,
  variants,
  targets: [],
  comparisons: crowds.map((callers): Comparison => ({
    of: label("edge", callers),
    against: label("rpc", callers),
    says:
      `a turn by the function chat-log beside the same call through PostgREST, ${callers} at once`,
  })),
};
