import { createHash } from "node:crypto";
import type { Case, Read, Target } from "../case.ts";
import { openSession } from "../data/chat.ts";
import { type Size, sizes } from "../data/sizes.ts";

/** The pseudo-word of this number in generator.sql: 1 is the most common. */
function word(number: number): string {
  const digits = createHash("md5").update(`word:${number}`).digest("hex");
  const length = 3 + String(number).length + number % 4;
  return digits.slice(0, length).replace(
    /./g,
    (digit) => "aeiourstnlmkpdgb"["0123456789abcdef".indexOf(digit)] ?? "",
  );
}

/** In half of all messages. */
export const common = word(15);
const floor = "floor: primary key lookup";
const plain = "plain: one index of everybody's words, filtered by user";

/** What is looked for, and by whom a row is expected. */
const queries: Readonly<Record<string, string>> = {
  "common word": common,
  "rare word": word(4000),
  phrase: `"${word(3)} ${word(5)}"`,
  prefix: `${word(300).slice(0, 5)}*`,
  exclusion: `${common} -${word(40)}`,
  "empty result": "xylophonist",
};

function searcher(size: Size): string {
  return openSession(size, 0).user;
}

/** What a project makes for itself first: a column of words and its index, beside the messages. */
const plainSearch = `
  create table if not exists bench.plain_search as
  select m.id, m.user_id, m.created_at, to_tsvector('simple', m.content) as words
  from public.conversation_messages as m;
  create index if not exists plain_search_words on bench.plain_search using gin (words);
  grant usage on schema bench to service_role;
  grant select on bench.plain_search to service_role;
  analyze bench.plain_search`;

function search(size: Size, name: string): Read {
  return {
    kind: "read",
    label: `search_messages, ${name}`,
    side: "product",
    database: "product",
    as: { role: "authenticated", user: searcher(size) },
    calls: 200,
    // An empty result counts too, as a row with its number.
    sql: name === "empty result"
      ? "select count(*) from public.search_messages($1)"
      : "select * from public.search_messages($1)",
    values: () => [queries[name]],
  };
}

export const searchMessagesCase: Case = {
  name: "search_messages",
  measures:
    "The 20 best messages with a word, with headlines, searched by a user who wrote one in a " +
    "thousand of all messages.",
  set: "chat",
  sizes: sizes.map(({ name }) => name),
  growth: [`search_messages, common word`, plain, floor],
  variants: (size) => [
    ...Object.keys(queries).map((name) => search(size, name)),
    {
      kind: "read",
      label: plain,
      side: "baseline",
      database: "baseline",
      as: { role: "superuser" },
      calls: 200,
      setup: plainSearch,
      sql: `select id, ts_rank(words, q) as rank
        from bench.plain_search, websearch_to_tsquery('simple', $2) as q
        where words @@ q and user_id = $1
        order by rank desc, created_at desc
        limit 20`,
      values: () => [searcher(size), common],
    },
    {
      kind: "read",
      label: floor,
      side: "floor",
      database: "product",
      as: { role: "superuser" },
      calls: 200,
      sql: "select total_cost_usd from public.conversation_sessions where id = $1",
      values: () => [openSession(size, 0).session],
    },
  ],
  targets: [
    {
      kind: "faster",
      of: "search_messages, common word",
      against: plain,
      times: 50,
      says: "a common word, beside one index of everybody's words: at least 50 times as fast",
    },
    ...Object.keys(queries).map((name): Target => ({
      kind: "within",
      of: `search_messages, ${name}`,
      against: floor,
      times: 10,
      says: `search for ${
        /^[aeiou]/.test(name) ? "an" : "a"
      } ${name}, beside a primary key lookup: at most 10 times as long`,
    })),
  ],
};
