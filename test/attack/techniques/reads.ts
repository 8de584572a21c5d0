import { type Actor, missing, type Person } from "../actors.ts";
import type { Attempt } from "../attempt.ts";
import type { ForeignKey, Relation } from "../catalog.ts";
import type { Row } from "../marks.ts";
import type { World } from "../world.ts";
import { conditions, encode, textColumns } from "./shared.ts";

const readers: [actor: Actor, technique: string][] = [
  ["stranger", "read as a stranger"],
  ["brand_member", "read as a member of the brand"],
  ["brand_analyst", "read as an analyst of the brand"],
  ["brand_admin", "read as an admin of the brand"],
  ["brand_owner", "read as the owner of the brand"],
  ["anonymous", "read as an anonymous user"],
];

/** Somebody else's row of a table or view; undefined where all of them may be seen. */
function victimOf(world: World, relation: Relation, actor: Actor): Row | undefined {
  return world.marks.hidden(`public.${relation.name}`, actor)[0];
}

/** Reads of every table and view. */
export function reads(world: World): Attempt[] {
  return world.catalog.relations.flatMap((relation) => [
    ...plainReads(world, relation),
    ...countings(world, relation),
    ...shapes(world, relation),
    ...oracles(world, relation),
    ...injections(world, relation),
  ]);
}

function plainReads(world: World, relation: Relation): Attempt[] {
  const object = relation.name;
  const attempts: Attempt[] = readers.flatMap(([as, technique]) => {
    const row = victimOf(world, relation, as);
    const found = row && conditions(relation, row);
    if (!found) return [];
    return [{
      technique,
      object,
      as,
      send: { path: `/${object}?select=*&${found.there}` },
      twin: { path: `/${object}?select=*&${found.gone}` },
      known: found.known,
    }];
  });
  attempts.push(
    {
      technique: "read with the anon key alone",
      object,
      as: "anon",
      send: { path: `/${object}?select=*` },
      expect: [401],
    },
    {
      technique: "read everything as a stranger",
      object,
      as: "stranger",
      send: { path: `/${object}?select=*` },
      expect: "own",
    },
    {
      technique: "sums of others as somebody who has nothing",
      object,
      as: "newcomer",
      send: { path: `/${object}?select=*` },
      expect: ({ status, text }) => {
        if (status >= 400 && status < 500) return undefined;
        if (object === "profiles") return undefined;
        const numbers = text.match(/(?<=": ?)-?[\d.]+/g) ?? [];
        return numbers.every((number) => Number(number) === 0)
          ? undefined
          : "has numbers of others";
      },
    },
  );
  return attempts;
}

function countings(world: World, relation: Relation): Attempt[] {
  const object = relation.name;
  const row = victimOf(world, relation, "stranger");
  const found = row && conditions(relation, row);
  if (!found) return [];
  return ["exact", "planned", "estimated"].flatMap((kind): Attempt[] =>
    ["GET", "HEAD"].map((method) => ({
      technique: `count=${kind}`,
      object: `${method} ${object}`,
      as: "stranger",
      send: {
        method,
        path: `/${object}?select=*&${found.there}`,
        headers: [["prefer", `count=${kind}`]],
      },
      // What the planner guesses is no number of rows: it has to be the same for what does not exist.
      expect: kind === "exact" ? "nothing" : "own",
      twin: {
        method,
        path: `/${object}?select=*&${found.gone}`,
        headers: [["prefer", `count=${kind}`]],
      },
      known: found.known,
    }))
  );
}

/** Other forms of the same question. */
function shapes(world: World, relation: Relation): Attempt[] {
  const object = relation.name;
  const row = victimOf(world, relation, "stranger");
  const found = row && conditions(relation, row);
  if (!found) return [];
  const attempt = (technique: string, more: Partial<Attempt>): Attempt => ({
    technique,
    object,
    as: "stranger",
    ...more,
  });
  const path = `/${object}?select=*&${found.there}`;
  const [column] = textColumns(relation);
  const ids = Array.from(
    { length: 250 },
    (_, at) => `40000000-0000-4000-9000-${String(at).padStart(12, "0")}`,
  );
  const [name = ""] = found.there.split("&").at(-1)?.split("=") ?? [];
  const value = String(row.values[name]);
  const list = [...(/^\d+$/.test(value) ? ids.map((_, at) => 1_000_000 + at) : ids), value];
  const attempts = [
    attempt("explain", {
      send: { path, headers: [["accept", "application/vnd.pgrst.plan+json; options=analyze"]] },
      expect: [401, 403, 406, 415],
    }),
    attempt("one object alone", {
      send: { path, headers: [["accept", "application/vnd.pgrst.object+json"]] },
      twin: {
        path: `/${object}?select=*&${found.gone}`,
        headers: [["accept", "application/vnd.pgrst.object+json"]],
      },
      known: found.known,
    }),
    attempt("CSV", { send: { path, headers: [["accept", "text/csv"]] } }),
    attempt("a range", { send: { path, headers: [["range-unit", "items"], ["range", "0-0"]] } }),
    attempt("a long list of ids", {
      send: { path: `/${object}?select=*&${name}=in.(${list.join()})` },
    }),
    attempt("an or around it", {
      send: {
        path: `/${object}?select=*&or=(${name}.eq.${encode(value)},${name}.is.null)&${name}=eq.${
          encode(value)
        }`,
      },
    }),
    attempt("a negated filter", {
      send: { path: `/${object}?select=*&${name}=not.neq.${encode(value)}` },
    }),
    attempt("sums by an aggregate", {
      send: { path: `/${object}?select=${name}.max(),count()` },
      expect: "refused",
    }),
  ];
  if (column) {
    attempts.push(attempt("order by a column of others", {
      send: { path: `${path}&order=${column.name}.desc&limit=1` },
      twin: { path: `/${object}?select=*&${found.gone}&order=${column.name}.desc&limit=1` },
      known: found.known,
    }));
  }
  return attempts;
}

/** Questions about what stands in a column of others: the answer to a good guess and to a bad one is the same. */
function oracles(world: World, relation: Relation): Attempt[] {
  return relation.columns.flatMap(({ name, type }): Attempt[] => {
    const row = world.marks.hidden(`public.${relation.name}`, "stranger")
      .find((one) => world.marks.markOf(one, name) !== undefined);
    const mark = row && world.marks.markOf(row, name);
    const found = row && conditions(relation, row);
    if (!mark || !found) return [];
    const object = `${relation.name}.${name}`;
    const ask = (technique: string, build: (guess: string) => string): Attempt => ({
      technique,
      object,
      as: "stranger",
      send: { path: `${build(mark)}&${found.there}`, headers: [["prefer", "count=exact"]] },
      twin: {
        path: `${build("beeffeed00000000")}&${found.there}`,
        headers: [["prefer", "count=exact"]],
      },
      known: [mark, "beeffeed00000000"],
    });
    const from = `/${relation.name}?select=${relation.key[0] ?? name}&${name}`;
    if (type === "text[]") {
      return [ask("filter on a list of others", (text) => `${from}=cs.{${text}}`)];
    }
    if (type === "jsonb") {
      return [
        ask(
          "filter on JSON of others",
          (text) => `${from}=cs.${encode(JSON.stringify({ secret: text }))}`,
        ),
        ask("filter on a JSON path of others", (text) => `${from}->>secret=eq.${text}`),
      ];
    }
    if (type !== "text") return [];
    return [
      ask("filter on a text of others", (text) => `${from}=like.*${text.slice(0, 12)}*`),
      ask("pattern on a text of others", (text) => `${from}=match.^${text.slice(0, 14)}`),
      ask("comparison with a text of others", (text) => `${from}=gte.${text}`),
      ask("words in a text of others", (text) => `${from}=plfts.${text}`),
    ];
  });
}

const injected: [technique: string, query: (column: string) => string][] = [
  ["SQL in a filter", (column) => `select=*&${column}=eq.x'%20or%20'1'='1`],
  ["SQL in a filter's column", (column) => `select=*&${column}"%20is%20not%20null--=eq.x`],
  ["SQL in the select", (column) => `select=${column},(select%20version())`],
  ["SQL in the order", (column) => `select=*&order=${column};select%20pg_sleep(1)`],
  ["SQL in the limit", () => "select=*&limit=1;select%201"],
  ["SQL in a JSON path", (column) => `select=${column}->>'a')%20union%20select%201--`],
  ["a cast in the select", (column) => `select=${column}::regclass`],
  ["an operator that there is not", (column) => `select=*&${column}=exec.x`],
  ["a function in the select", () => "select=current_user()"],
  ["a system column", () => "select=ctid,xmin,tableoid"],
  ["a brace that never ends", (column) => `select=*&and=(or(${column}.eq.x`],
];

/** Whatever they come to, nothing of others comes with it. */
function injections(world: World, relation: Relation): Attempt[] {
  if (relation.isView && victimOf(world, relation, "stranger") === undefined) return [];
  // A text takes everything, where an id would be refused for its form.
  const column = textColumns(relation)[0]?.name ?? relation.key[0] ?? "id";
  return injected.map(([technique, query]): Attempt => ({
    technique,
    object: relation.name,
    as: "newcomer",
    send: { path: `/${relation.name}?${query(column)}` },
    expect: relation.name === "profiles" ? "own" : "nothing",
  }));
}

const embedders: Person[] = ["stranger", "brand_member", "brand_admin"];

/** What may be read beside what may not, through every foreign key and in both directions. */
export function embeds(world: World): Attempt[] {
  const attempts = world.catalog.foreignKeys.flatMap((key) => oneKey(world, key));
  const set = world.catalog.routines.filter(({ rowsOf, isOpen }) => rowsOf !== null && isOpen);
  for (const { name, rowsOf, arguments: all } of set) {
    const own = world.marks.own("public.conversation_sessions", "stranger")[0];
    const args = all.some((one) => one.name === "p_session_id")
      ? `p_session_id=${String(own?.values["id"])}`
      : "";
    for (const key of world.catalog.foreignKeys.filter(({ table }) => table === rowsOf)) {
      if (!key.target.startsWith("public.")) continue;
      const other = key.target.slice(7);
      attempts.push({
        technique: "embed in a function's answer",
        object: `${name} → ${other} by ${key.name}`,
        as: "stranger",
        send: {
          path: `/rpc/${name}?${args}&select=*,${other}!${key.name}(*,brands(*,brand_members(*)))`,
        },
        expect: "own",
      });
    }
  }
  for (const { name, isView } of world.catalog.relations) {
    if (!isView) continue;
    for (const other of ["conversation_sessions", "conversation_messages", "brands"]) {
      attempts.push({
        technique: "embed through a view",
        object: `${name} → ${other}`,
        as: "brand_member",
        send: { path: `/${name}?select=*,${other}(*)` },
        expect: "own",
      });
    }
  }
  return attempts;
}

function oneKey(world: World, key: ForeignKey): Attempt[] {
  const inside = key.target.startsWith("public.");
  const target = key.target.replace(/^\w+\./, "");
  const edges: [from: string, to: string][] = inside
    ? [[key.table, target], [target, key.table]]
    : [[key.table, target]];
  return edges.flatMap(([from, to]): Attempt[] => {
    const object = `${from} → ${to} by ${key.name}`;
    const hidden = world.marks.hidden(`public.${to}`, "brand_member");
    const column = world.catalog.relations.find(({ name }) => name === to)?.columns
      .find(({ name, type }) =>
        type === "text" && hidden[0] && world.marks.markOf(hidden[0], name)
      );
    const mark = column && hidden[0] && world.marks.markOf(hidden[0], column.name);
    const embed = `${to}!${key.name}`;
    const attempts: Attempt[] = embedders.map((as) => ({
      technique: `embed as ${as.replace("brand_", "a brand's ")}`,
      object,
      as,
      send: { path: `/${from}?select=*,${embed}(*)` },
      expect: "own",
    }));
    attempts.push({
      technique: "embed without the parent's columns",
      object,
      as: "brand_member",
      send: { path: `/${from}?select=...${embed}(*)` },
      expect: "own",
    });
    attempts.push({
      technique: "embed four levels deep",
      object,
      as: "stranger",
      send: {
        path: `/${from}?select=*,${embed}(*,conversation_sessions(*,brands(*,brand_members(*))))`,
      },
      expect: "own",
    });
    if (mark) {
      const inner = (text: string) => ({
        path:
          `/${from}?select=*,${to}!${key.name}!inner(${column.name})&${to}.${column.name}=eq.${text}`,
        headers: [["prefer", "count=exact"]] as const,
      });
      attempts.push({
        technique: "inner join as an oracle",
        object: `${object}, ${column.name}`,
        as: "brand_member",
        send: inner(mark),
        expect: "own",
        twin: inner("beeffeed00000000"),
        known: [mark, "beeffeed00000000"],
      });
      const ordered = (text: string) => ({
        path:
          `/${from}?select=*,${embed}(*)&order=${to}(${column.name}).desc&${to}.${column.name}=lt.${text}`,
      });
      attempts.push({
        technique: "order by an embedded column",
        object: `${object}, ${column.name}`,
        as: "brand_member",
        send: ordered(mark),
        expect: "own",
        twin: ordered("0"),
        known: [mark, "0"],
      });
    }
    return attempts;
  });
}

/** Numbers and ids that one could guess, in every table that has some. */
export function guesses(world: World): Attempt[] {
  return world.catalog.relations.flatMap((relation): Attempt[] => {
    const key = relation.columns.find(({ name }) => name === relation.key[0]);
    if (!key) return [];
    const number = /int/.test(key.type);
    const list = number
      ? Array.from({ length: 200 }, (_, at) => at)
      : [missing, "00000000-0000-0000-0000-000000000000", "00000000-0000-4000-8000-000000000001"];
    return [{
      technique: number ? "counting through numbers" : "ids that one could guess",
      object: relation.name,
      as: "newcomer",
      send: {
        path: `/${relation.name}?select=*&${key.name}=in.(${list.join()})`,
        headers: [["prefer", "count=exact"]],
      },
    }];
  });
}
