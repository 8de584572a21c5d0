import { idOf, missing, missingNumber, visitorSecret } from "../actors.ts";
import type { Attempt } from "../attempt.ts";
import type { Request } from "../http.ts";
import type { World } from "../world.ts";

/** Pairs of one question about what exists and one about what does not, in a random order. */
export const pairs = 120;
/** Both have to be passed before a difference counts: it is no chance, and it is large enough to be used. */
const limits = { standardErrors: 4, ms: 0.5 };

/** The middle of the differences, and how many standard errors their signs are away from an even split. */
export function judgeTimes(differences: readonly number[]): { middle: number; errors: number } {
  const sorted = [...differences].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const later = differences.filter((difference) => difference > 0).length;
  const told = differences.filter((difference) => difference !== 0).length;
  return { middle, errors: told === 0 ? 0 : (later - told / 2) / (Math.sqrt(told) / 2) };
}

export function tellsApart({ middle, errors }: { middle: number; errors: number }): boolean {
  return Math.abs(middle) > limits.ms && Math.abs(errors) > limits.standardErrors;
}

/** Whether the time of an answer tells what exists. */
export function timings(world: World): Attempt[] {
  const first = (table: string) =>
    world.marks.hidden(`public.${table}`, "stranger")[0]?.values["id"];
  const [session, message, hold] = [
    first("conversation_sessions"),
    first("conversation_messages"),
    first("budget_reservations"),
  ];
  const cases: [object: string, there: unknown, ask: (id: unknown) => Request][] = [
    ["get_session", session, (id) => ({ path: "/rpc/get_session", body: { p_session_id: id } })],
    ["get_conversation_history", session, (id) => ({
      path: "/rpc/get_conversation_history",
      body: { p_session_id: id },
    })],
    ["rename_session", session, (id) => ({
      path: "/rpc/rename_session",
      body: { p_session_id: id, p_title: "x" },
    })],
    ["append_messages", session, (id) => ({
      path: "/rpc/append_messages",
      body: { p_session_id: id, p_messages: [{ role: "user", content: "x" }] },
    })],
    ["log_turn", session, (id) => ({
      path: "/rpc/log_turn",
      body: { p_session_id: id, p_turn_id: missing, p_user_message: "x", p_assistant_message: "y" },
    })],
    ["claim_visitor_session", session, (id) => ({
      path: "/rpc/claim_visitor_session",
      body: { p_session_id: id, p_session_secret: `w${visitorSecret.slice(1)}` },
    })],
    ["edit_message", message, (id) => ({
      path: "/rpc/edit_message",
      body: { p_message_id: id, p_content: "x" },
    })],
    ["get_message_thread", message, (id) => ({
      path: "/rpc/get_message_thread",
      body: { p_message_id: id },
    })],
    ["settle_budget", hold, (id) => ({
      path: "/rpc/settle_budget",
      body: { p_reservation_id: id },
    })],
    ["conversation_messages", session, (id) => ({
      path: `/conversation_messages?session_id=eq.${String(id)}`,
    })],
    ["conversation_sessions", idOf("owner"), (id) => ({
      path: `/conversation_sessions?user_id=eq.${String(id)}`,
    })],
    ["insert into conversation_messages", session, (id) => ({
      path: "/conversation_messages",
      body: { session_id: id, role: "user", content: "x" },
    })],
    ["update of conversation_sessions", session, (id) => ({
      method: "PATCH",
      path: `/conversation_sessions?id=eq.${String(id)}`,
      body: { title: "x" },
    })],
  ];
  return cases.map(([object, there, ask]): Attempt => ({
    technique: "time of what exists",
    object,
    as: "stranger",
    run: async (open) => {
      const measure = async (id: unknown) => {
        const began = performance.now();
        await open.send(ask(id), "stranger");
        return performance.now() - began;
      };
      const gone = typeof there === "number" ? missingNumber : missing;
      for (let warm = 0; warm < 10; warm++) await measure(warm % 2 ? there : gone);
      const take = async () => {
        const differences: number[] = [];
        for (let pair = 0; pair < pairs; pair++) {
          // Who is asked first may pay for what the other finds ready.
          const swapped = Math.random() < 0.5;
          const one = await measure(swapped ? gone : there);
          const other = await measure(swapped ? there : gone);
          differences.push(swapped ? other - one : one - other);
        }
        return judgeTimes(differences);
      };
      const found = await take();
      // Seen twice, or it was the machine.
      if (!tellsApart(found)) return undefined;
      const again = await take();
      if (!tellsApart(again) || Math.sign(again.middle) !== Math.sign(found.middle)) {
        return undefined;
      }
      return `what exists takes ${again.middle.toFixed(2)} ms more, ${
        again.errors.toFixed(1)
      } standard errors`;
    },
  }));
}
