import { key } from "./keys.ts";
import type { Size } from "./sizes.ts";

/** Everyday use: sessions of 100 messages over the last 40 days, and a few unusual ones. */
const perSession = 100;
export const brands = 20;

/** Numbers of what is special; the usual sessions and users count from 1. */
const firstLong = 900_001;
const branched = 900_101;
const firstOfMany = 901_001;
const manySessions = 500;
/** Made and deleted by a case. */
const firstSpare = 950_001;

const longest: Record<Size["name"], readonly number[]> = {
  "20k": [100, 1000, 10_000],
  "200k": [100, 1000, 10_000, 100_000],
  "2m": [100, 1000, 10_000, 100_000],
  "10m": [100, 1000, 10_000, 100_000],
};

export interface Place {
  session: string;
  user: string;
  brand: string;
}

export function longLengths(size: Size): readonly number[] {
  return longest[size.name];
}

/** The session of so many messages. */
export function longSession(length: number): Place {
  const number = firstLong + longest["2m"].indexOf(length);
  return { session: key("session", number), user: key("user", firstLong), brand: brand(number) };
}

/** 200 messages in a line that ten others branch off. */
export const branchedSession: Place = {
  session: key("session", branched),
  user: key("user", branched),
  brand: brand(branched),
};

/** The nth of those that a case makes for itself. */
export function spareSession(nth: number): Place & { number: number } {
  const number = firstSpare + nth;
  return {
    number,
    session: key("session", number),
    user: key("user", number),
    brand: brand(number),
  };
}

export const userOfManySessions = key("user", firstOfMany);

function usualSessions(size: Size): number {
  return size.messages / perSession;
}

/** A usual session that is still open. */
export function openSession(size: Size, nth: number): Place {
  // Every fourth is delivered.
  const open = Math.floor(nth / 3) * 4 + (nth % 3) + 1;
  const number = (open - 1) % usualSessions(size) + 1;
  return {
    session: key("session", number),
    user: key("user", (number - 1) % size.users + 1),
    brand: brand(number),
  };
}

function brand(number: number): string {
  return key("brand", number % brands + 1);
}

/** Fills bench.sessions; $1 is the time that the data ends at. */
export function chatSessions(size: Size): string {
  const count = usualSessions(size);
  const values = longLengths(size)
    .map((length, index) => `(${firstLong + index}, ${firstLong}, ${length})`)
    .join(", ");
  return `
    insert into bench.sessions
    select s.number, bench.key('session', s.number), bench.key('user', s.user_number),
      bench.key('brand', s.number % ${brands} + 1), s.messages,
      $1::timestamptz - interval '40 days' + s.begins * interval '39 days',
      s.lasts / s.messages, s.number <= ${count} and s.number % 4 = 0
    from (
      select n, (n - 1) % ${size.users} + 1, ${perSession},
        (n - 1)::double precision / ${count}, interval '2 hours'
      from generate_series(1, ${count}) as n
      union all
      select number, user_number, messages, 0.5, interval '10 days'
      from (values ${values}) as l (number, user_number, messages)
      union all
      select ${branched}, ${branched}, 200, 0.9, interval '2 hours'
      union all
      select n, ${firstOfMany}, 2, (n - ${firstOfMany})::double precision / ${manySessions},
        interval '1 minute'
      from generate_series(${firstOfMany}, ${firstOfMany + manySessions - 1}) as n
    ) as s (number, user_number, messages, begins, lasts)`;
}

/** Gives the branched session its branches, the last of them the one that is shown. */
export const makeBranches = `
  with recursive line as (
    select 20 as place
    union all
    select place + 20 from line where place < 200
  )
  select count(*) from line
  cross join lateral public.append_messages(
    '${branchedSession.session}',
    jsonb_build_array(
      jsonb_build_object(
        'id', bench.key('message', ${branched}::bigint * 1000000 + 1000 + line.place),
        'role', 'user', 'content', bench.words('branch' || line.place, 200),
        'parent', bench.key('message', ${branched}::bigint * 1000000 + line.place - 2)
      ),
      jsonb_build_object(
        'id', bench.key('message', ${branched}::bigint * 1000000 + 1001 + line.place),
        'role', 'assistant', 'content', bench.words('answer' || line.place, 1200)
      )
    )
  )`;
