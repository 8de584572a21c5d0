import { brands } from "./chat.ts";
import type { Size } from "./sizes.ts";

/** Many people who each write a little, all over the last 30 days: what usage reports are made of. */
const perUser = 20;

/** Fills bench.sessions; $1 is the time that the data ends at. */
export function usageSessions(size: Size): string {
  return `
    insert into bench.sessions
    select n, bench.key('session', n), bench.key('user', n), bench.key('brand', n % ${brands} + 1),
      ${perUser}, $1::timestamptz - interval '29 days', interval '29 days' / ${perUser}, false
    from generate_series(1, ${size.messages / perUser}) as n`;
}
