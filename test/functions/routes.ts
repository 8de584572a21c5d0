import { randomUUID } from "node:crypto";
import type { Answer, Call, Edge } from "./support.ts";

export interface Route {
  path: string;
  method: "GET" | "POST";
  /** Of its body, in bytes. */
  cap?: number;
  /** Whether everybody may call it. */
  open?: true;
  /** Whether it is about a person, and not about a session alone. */
  ofPerson?: true;
}

const kib = 1024;

export const routes: readonly Route[] = [
  { path: "chat-session/start", method: "POST", cap: 64 * kib, open: true },
  { path: "chat-session/claim", method: "POST", cap: 64 * kib },
  { path: "chat-session/history", method: "GET" },
  { path: "chat-session/stats", method: "GET" },
  { path: "chat-log", method: "POST", cap: 4096 * kib },
  { path: "feedback", method: "POST", cap: 64 * kib },
  { path: "outcome", method: "POST", cap: 64 * kib },
  // Behind those that want the session open.
  { path: "chat-session/end", method: "POST", cap: 64 * kib },
  { path: "privacy/export", method: "POST", cap: 64 * kib, ofPerson: true },
  { path: "privacy/erase", method: "POST", cap: 64 * kib, ofPerson: true },
  { path: "health", method: "GET", open: true },
];

/** The routes that a session is named to. */
export const ofSession = routes.filter(({ open, ofPerson }) => !open && !ofPerson);
/** Those that a user or a session is named to. */
export const ofPerson = routes.filter((route) => route.ofPerson);
/** Those that stand still while logging is off. */
export const logging = routes.filter(({ method, ofPerson }) => method === "POST" && !ofPerson);

export interface Session {
  sessionId?: string;
  sessionToken?: string;
}

/** What each route takes, when all is well. */
export function bodyFor(path: string, session: Session): Record<string, unknown> {
  switch (path) {
    case "chat-session/start":
      return { sessionToken: `sess_${randomUUID()}` };
    case "chat-log":
      return turn(session);
    case "feedback":
      return { ...session, userSatisfaction: 4 };
    case "privacy/erase":
      return { ...session, confirm: true };
    case "outcome":
      return { ...session, queryType: "sizing", conversionOccurred: true };
  }
  return { ...session };
}

export function turn(session: Session, more: Record<string, unknown> = {}) {
  return {
    turnId: randomUUID(),
    ...session,
    userMessage: "does it fit a small dog?",
    aiResponse: "size S does",
    ...more,
  };
}

/** A call that is all right, but for what `by` changes. */
export function callRoute(
  edge: Edge,
  { path, method }: Route,
  session: Session,
  by: Call = {},
): Promise<Answer> {
  if (method === "POST") return edge.call(path, { body: bodyFor(path, session), ...by });
  return edge.call(path === "health" ? path : `${path}?${query({ ...session })}`, by);
}

export function query(fields: Record<string, unknown>): string {
  return new URLSearchParams(
    Object.entries(fields).map(([name, value]) => [name, String(value)]),
  ).toString();
}
