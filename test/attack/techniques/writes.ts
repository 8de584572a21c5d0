import { type Actor, missing } from "../actors.ts";
import { type Attempt, notGranted } from "../attempt.ts";
import type { Relation } from "../catalog.ts";
import type { Row } from "../marks.ts";
import type { World } from "../world.ts";
import { conditions, copyOf, handleOf, isUuid, valueOf } from "./shared.ts";

const back = ["prefer", "return=representation"] as const;

/** Writes into every table and view. */
export function writes(world: World): Attempt[] {
  return world.catalog.relations.flatMap((relation) => [
    ...onOthers(world, relation),
    ...onEverything(relation),
    ...upserts(world, relation),
    ...forbiddenColumns(world, relation),
    ...foreignParents(world, relation),
  ]);
}

const writers: [actor: Actor, whose: string][] = [
  ["stranger", "a stranger"],
  ["brand_member", "a member of the brand"],
  ["brand_admin", "an admin of the brand"],
  ["anonymous", "an anonymous user"],
  ["anon", "the anon key alone"],
];

/** What may be changed of a row, as it is or nearly: so the policies are what refuses it, not the grants. */
function changeOf(relation: Relation, row: Row): Record<string, unknown> {
  const change = copyOf(relation, row, "updatable", []);
  if (Object.keys(change).length > 0) return change;
  const [column] = relation.columns.filter(({ updatable }) => updatable);
  const any = column ?? relation.columns.find(({ name }) => !relation.key.includes(name));
  return any ? { [any.name]: any === column ? valueOf(any.type) : null } : {};
}

function onOthers(world: World, relation: Relation): Attempt[] {
  const object = relation.name;
  return writers.flatMap(([as, who]): Attempt[] => {
    const row = world.marks.hidden(`public.${object}`, as)[0];
    const found = row && conditions(relation, row);
    if (!found) return [];
    const path = `/${object}?${found.there}`;
    const change = changeOf(relation, row);
    const own = copyOf(relation, row, "insertable");
    const attempts: Attempt[] = [
      {
        technique: `update a row of others as ${who}`,
        object,
        as,
        send: { method: "PATCH", path, body: change, headers: [back] },
      },
      {
        technique: `delete a row of others as ${who}`,
        object,
        as,
        send: { method: "DELETE", path, headers: [back] },
      },
      {
        technique: `insert in another's name as ${who}`,
        object,
        as,
        send: { path: `/${object}`, body: own, headers: [back] },
        expect: "refused",
      },
    ];
    if (as !== "stranger") return attempts;
    const self = world.marks.own(`public.${object}`, as)[0];
    const likeMine = self && copyOf(relation, self, "insertable");
    const mine = likeMine &&
      Object.fromEntries(Object.keys(own).map((name) => [name, likeMine[name] ?? null]));
    return [
      ...attempts,
      {
        technique: "a write that is rolled back",
        object,
        as,
        send: {
          method: "PATCH",
          path,
          body: change,
          headers: [["prefer", "tx=rollback,return=representation"]],
        },
      },
      {
        technique: "a delete that is counted",
        object,
        as,
        send: {
          method: "DELETE",
          path,
          headers: [["prefer", "count=exact,return=headers-only"]],
        },
        twin: {
          method: "DELETE",
          path: `/${object}?${found.gone}`,
          headers: [["prefer", "count=exact,return=headers-only"]],
        },
        known: found.known,
      },
      {
        technique: "a row of others among one's own",
        object,
        as,
        // Both of the same columns, the first of which alone would be taken.
        send: { path: `/${object}`, body: [mine ?? own, own], headers: [back] },
        expect: "refused",
      },
      {
        technique: "an insert as a form",
        object,
        as,
        send: {
          path: `/${object}`,
          body: new URLSearchParams(
            Object.entries(own).filter(([, value]) => typeof value !== "object")
              .map(([name, value]) => [name, String(value)]),
          ).toString(),
          headers: [["content-type", "application/x-www-form-urlencoded"], back],
        },
        expect: "refused",
      },
      {
        technique: "an insert that names fewer columns than it sends",
        object,
        as,
        send: {
          path: `/${object}?columns=${Object.keys(own).join() || relation.columns[0]?.name}`,
          body: {
            ...own,
            ...Object.fromEntries(relation.key.map((name) => [name, row.values[name]])),
          },
          headers: [back],
        },
        expect: "refused",
      },
    ];
  });
}

/** Without a filter, by somebody who has nothing. */
function onEverything(relation: Relation): Attempt[] {
  const object = relation.name;
  const written = relation.columns.filter(({ updatable }) => updatable);
  const column = written[0] ?? relation.columns[0];
  if (!column || object === "profiles") return [];
  const filter =
    `${column.name}=not.is.null&or=(${column.name}.is.null,${column.name}.not.is.null)`;
  return [
    // Without a filter and without an answer no row is read, and only the policy of the verb is asked.
    // Which column a constraint or a trigger lets pass is not known, so each is tried.
    ...(written.length > 0 ? written : [column]).map(({ name, type }): Attempt => ({
      technique: "update everything without looking",
      object: `${object}.${name}`,
      as: "newcomer",
      send: { method: "PATCH", path: `/${object}`, body: { [name]: valueOf(type) } },
    })),
    {
      technique: "delete everything without looking",
      object,
      as: "newcomer",
      send: { method: "DELETE", path: `/${object}` },
    },
    {
      technique: "update everything",
      object,
      as: "newcomer",
      send: {
        method: "PATCH",
        path: `/${object}`,
        body: { [column.name]: valueOf(column.type) },
        headers: [back],
      },
    },
    {
      technique: "delete everything",
      object,
      as: "newcomer",
      send: { method: "DELETE", path: `/${object}?${filter}`, headers: [back] },
    },
  ];
}

function upserts(world: World, relation: Relation): Attempt[] {
  const row = world.marks.hidden(`public.${relation.name}`, "stranger")[0];
  if (!row || relation.isView) return [];
  const keys = [relation.key, ...relation.uniques].filter((key) =>
    key.length > 0 && key.every((name) => (row.values[name] ?? null) !== null)
  );
  return keys.flatMap((key): Attempt[] => {
    const object = `${relation.name} (${key.join(", ")})`;
    const body = {
      ...copyOf(relation, row, "insertable", []),
      ...Object.fromEntries(key.map((name) => [name, row.values[name]])),
    };
    const attempt = (technique: string, more: Partial<Attempt>): Attempt => ({
      technique,
      object,
      as: "stranger",
      expect: "refused",
      ...more,
    });
    const path = `/${relation.name}?on_conflict=${key.join()}`;
    const named = key.map((name) => `${name}=eq.${encodeURIComponent(String(row.values[name]))}`);
    return [
      attempt("upsert onto a row of others", {
        send: {
          path,
          body,
          headers: [["prefer", "resolution=merge-duplicates,return=representation"]],
        },
      }),
      attempt("insert beside a row of others, duplicates ignored", {
        send: {
          path,
          body,
          headers: [["prefer", "resolution=ignore-duplicates,return=representation"]],
        },
        expect: "nothing",
      }),
      ...(key === relation.key
        ? [attempt("put over a row of others", {
          send: {
            method: "PUT",
            path: `/${relation.name}?${named.join("&")}`,
            body: Object.fromEntries(
              relation.columns.map(({ name }) => [name, row.values[name] ?? null]),
            ),
            headers: [back],
          },
        })]
        : []),
    ];
  });
}

/** Every column that the catalog does not grant, in a row that is the actor's own where there is one. */
function forbiddenColumns(world: World, relation: Relation): Attempt[] {
  const own = world.marks.own(`public.${relation.name}`, "stranger")[0] ??
    world.marks.rows.find((row) =>
      row.table === `public.${relation.name}` && world.marks.mayRead("stranger", row)
    );
  const found = own && conditions(relation, own);
  // Into sums nobody writes at all.
  if (relation.isView) return [];
  return relation.columns.flatMap(({ name, insertable, updatable }): Attempt[] => {
    const object = `${relation.name}.${name}`;
    const attempts: Attempt[] = [];
    if (!insertable) {
      attempts.push({
        technique: "insert into a column that is not granted",
        object,
        as: "stranger",
        send: { path: `/${relation.name}`, body: { [name]: null } },
        expect: notGranted,
      });
    }
    if (!updatable) {
      attempts.push({
        technique: "update a column that is not granted",
        object,
        as: "stranger",
        send: {
          method: "PATCH",
          path: `/${relation.name}?${found?.there ?? `${name}=not.is.null`}`,
          body: { [name]: null },
        },
        expect: notGranted,
      });
    }
    return attempts;
  });
}

/** One's own row under a parent of somebody else's, in each column of a foreign key that may be written. */
function foreignParents(world: World, relation: Relation): Attempt[] {
  const own = world.marks.own(`public.${relation.name}`, "stranger")[0];
  if (relation.isView) return [];
  const columns = relation.columns.filter(({ name }) =>
    /(^|_)(session|message|user|brand|reservation|budget)_id$/.test(name)
  );
  return columns.flatMap(({ name, insertable, updatable }): Attempt[] => {
    const victim = world.marks.hidden(`public.${relation.name}`, "stranger")
      .find(({ values }) => isUuid(values[name]));
    const parent = victim?.values[name] ??
      (/message_id$/.test(name)
        ? world.marks.hidden("public.conversation_messages", "stranger")[0]?.values["id"]
        : undefined);
    if (!isUuid(parent)) return [];
    const object = `${relation.name}.${name}`;
    const known = [parent, missing] as const;
    const attempts: Attempt[] = [];
    if (insertable) {
      const base = own
        ? copyOf(relation, own, "insertable", ["id", "state", ...relation.key, "slug"])
        : {};
      const insert = (id: string) => ({
        path: `/${relation.name}`,
        body: { ...base, [name]: id },
        headers: [back],
      });
      // A message takes both from its session, whatever is sent.
      const copied = relation.name === "conversation_messages" && /^(user|brand)_id$/.test(name);
      attempts.push({
        technique: "insert under a parent of others",
        object,
        as: "stranger",
        send: insert(parent),
        ...(copied
          ? {
            expect: ({ text }) => text.includes(parent) ? "takes it" : undefined,
            mayChange: "own" as const,
          }
          : { expect: "refused", twin: insert(missing), known }),
      });
    }
    const handle = own && handleOf(relation, own);
    if (updatable && own && handle !== undefined) {
      const update = (id: string) => ({
        method: "PATCH",
        path: `/${relation.name}?${handle}=eq.${String(own.values[handle])}`,
        body: { [name]: id },
        headers: [back],
      });
      attempts.push({
        technique: "move a row of one's own to a parent of others",
        object,
        as: "stranger",
        send: update(parent),
        expect: "refused",
        twin: update(missing),
        known,
      });
    }
    return attempts;
  });
}
