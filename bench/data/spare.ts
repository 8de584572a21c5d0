import type pg from "pg";
import { brands, spareSession } from "./chat.ts";
import { messagesInto, people, sessionsInto } from "./load.ts";

/** What makes a session of so many messages that a case may break: its `nth`. */
export function makeSpare(
  side: "product" | "baseline",
  nth: number,
  length: number,
): Pick<pg.QueryConfig, "text" | "values">[] {
  const { number, session: id } = spareSession(nth);
  return [
    // What an earlier run with the same data made.
    { text: "delete from public.conversation_sessions where id = $1", values: [id] },
    { text: "delete from bench.sessions where id = $1", values: [id] },
    {
      text: `
        insert into bench.sessions
        values (
          $1::int, bench.key('session', $1::int), bench.key('user', $1::int),
          bench.key('brand', $1::int % ${brands} + 1),
          $2::int, now() - interval '1 day', interval '1 second', false
        )`,
      values: [number, length],
    },
    { text: people },
    { text: sessionsInto(side) },
    { text: messagesInto(side), values: [number, number] },
  ];
}
