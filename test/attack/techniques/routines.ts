import { type Actor, brandOf, idOf, missing, type Person } from "../actors.ts";
import { type Attempt, notGranted } from "../attempt.ts";
import type { Argument, Routine } from "../catalog.ts";
import type { World } from "../world.ts";
import { valueOf } from "./shared.ts";

type Args = Record<string, unknown>;

/** What of the victim an argument can name. */
function victimOf(world: World, name: string, as: Actor): string | undefined {
  const id = (table: string) => {
    const row =
      world.marks.hidden(`public.${table}`, as).find(({ holder }) => holder === "owner") ??
        world.marks.hidden(`public.${table}`, as)[0];
    return row && String(row.values["id"] ?? row.values["session_token"]);
  };
  switch (name) {
    case "p_session_id":
      return id("conversation_sessions");
    case "p_session_token": {
      const row = world.marks.hidden("public.session_clients", as)
        .find(({ holder }) => holder === "visitor");
      return row && String(row.values["session_token"]);
    }
    case "p_message_id":
      return id("conversation_messages");
    case "p_user_id":
      return idOf(as === "owner" ? "stranger" : "owner");
    case "p_brand_id":
      return as === "stranger" || as === "newcomer" || as === "anonymous"
        ? brandOf.theirs
        : brandOf.strangers;
    case "p_reservation_id":
      return id("budget_reservations");
    case "p_hold_id":
      return id("legal_holds");
    default:
      return undefined;
  }
}

/** Values that a call goes on with, where the type's own would be refused before the rights are asked. */
const particular: Record<string, unknown> = {
  p_messages: [{ role: "user", content: "hers" }],
  p_reason: "because of a bug",
  p_turns: [{ user_message: "hers", ai_response: "yours", turn_id: missing }],
  p_session_secret: "x".repeat(43),
  p_days: 100_000,
  p_from: "2026-01-01",
  p_to: "2026-01-31",
  p_user_satisfaction: 5,
  p_conversion_occurred: true,
  p_amount_usd: 1,
  p_seq: 1,
  p_delta: "x",
  p_title: "hers",
  p_lines: ["{}"],
};

/** Good arguments: the required ones, and those without which a call means nothing. */
function argumentsOf({ name, arguments: all }: Routine, world: World, as: Actor): Args {
  const wanted = all.filter(({ name: argument, optional }) =>
    !optional ||
    (/^record_(feedback|outcome)$/.test(name) && /satisfaction|conversion_occurred/.test(argument))
  );
  return Object.fromEntries(
    wanted.map(({ name: argument, type }) => [
      argument,
      victimOf(world, argument, as) ?? particular[argument] ?? valueOf(type),
    ]),
  );
}

const naming = /^p_(session_id|session_token|message_id|user_id|brand_id|reservation_id|hold_id)$/;

function namers({ arguments: all }: Routine): Argument[] {
  return all.filter(({ name }) => naming.test(name));
}

const callers: [actor: Person, technique: string][] = [
  ["stranger", "call about others as a stranger"],
  ["brand_member", "call about others as a member of the brand"],
  ["brand_admin", "call about others as an admin of the brand"],
  ["anonymous", "call about others as an anonymous user"],
];

/** Every function that the API shows. */
export function routines(world: World): Attempt[] {
  return world.catalog.routines.flatMap((routine) => [
    ...aboutOthers(world, routine),
    ...closed(world, routine),
    ...byGet(world, routine),
    ...smuggled(world, routine),
  ]);
}

function aboutOthers(world: World, routine: Routine): Attempt[] {
  if (!routine.isOpen) return [];
  return callers.flatMap(([as, technique]) =>
    namers(routine).flatMap(({ name: argument }): Attempt[] => {
      const victim = victimOf(world, argument, as);
      if (victim === undefined) return [];
      const missed = argument === "p_session_token" ? "30000000-dead" : missing;
      const call = (value: string) => ({
        path: `/rpc/${routine.name}`,
        body: { ...argumentsOf(routine, world, as), [argument]: value },
      });
      return [{
        technique,
        object: `${routine.name}(${argument})`,
        as,
        send: call(victim),
        // Lists of one's own that a filter by somebody else's id leaves empty are nothing, too.
        expect: "nothing",
        twin: call(missed),
        known: [victim, missed],
      }];
    })
  );
}

/** As who may not call it at all. */
function closed(world: World, routine: Routine): Attempt[] {
  const object = routine.name;
  const attempts: Attempt[] = [
    {
      technique: "call with the anon key alone",
      object,
      as: "anon",
      send: { path: `/rpc/${object}`, body: argumentsOf(routine, world, "anon") },
      expect: [401],
    },
    {
      technique: "call without any key",
      object,
      as: "nobody",
      send: { path: `/rpc/${object}`, body: argumentsOf(routine, world, "nobody") },
      expect: [401],
    },
  ];
  if (routine.isOpen) return attempts;
  for (const as of ["newcomer", "brand_owner", "anonymous"] as const) {
    attempts.push({
      technique: `call what is the server's as ${as.replace("brand_owner", "a brand's owner")}`,
      object,
      as,
      send: { path: `/rpc/${object}`, body: argumentsOf(routine, world, as) },
      expect: notGranted,
    });
  }
  return attempts;
}

function byGet(world: World, routine: Routine): Attempt[] {
  if (!routine.isVolatile) return [];
  const session = world.marks.own("public.conversation_sessions", "stranger")[0]?.values["id"];
  const args = argumentsOf(routine, world, "stranger");
  if ("p_session_id" in args) args["p_session_id"] = session;
  const query = Object.entries(args).map(([name, value]) =>
    `${name}=${
      encodeURIComponent(
        Array.isArray(value) && /embedding|ids|lines/.test(name)
          ? `{${value.join()}}`
          : typeof value === "string"
          ? value
          : JSON.stringify(value),
      )
    }`
  ).join("&");
  return [{
    technique: "a volatile function by GET",
    object: routine.name,
    as: "stranger",
    send: { path: `/rpc/${routine.name}?${query}` },
    // A volatile function that only reads may answer.
    expect: "own",
  }];
}

/** Arguments that the function does not have, twice, in two places or of another type. */
function smuggled(world: World, routine: Routine): Attempt[] {
  const object = routine.name;
  const path = `/rpc/${object}`;
  const as = "stranger";
  const args = argumentsOf(routine, world, as);
  const has = (name: string) => routine.arguments.some((argument) => argument.name === name);
  const attempts: Attempt[] = [];
  const extra: Args = { user_id: idOf("owner"), p_owner_id: idOf("owner"), p_is_admin: true };
  if (!has("p_user_id")) extra["p_user_id"] = idOf("owner");
  for (const [name, value] of Object.entries(extra)) {
    attempts.push({
      technique: "an argument that there is not",
      object: `${object}(${name})`,
      as,
      send: { path, body: { ...args, [name]: value } },
      expect: "refused",
    });
  }
  if (!routine.isOpen || !has("p_session_id")) return attempts;
  const victim = victimOf(world, "p_session_id", as) ?? missing;
  const rest = Object.entries(args).filter(([name]) => name !== "p_session_id")
    .map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`).join("");
  attempts.push(
    ...[[missing, victim], [victim, missing]].map(([first, last], at): Attempt => ({
      technique: "an argument named twice",
      object: `${object}, the ${at === 0 ? "last" : "first"} of them`,
      as,
      send: { path, body: `{"p_session_id":"${first}","p_session_id":"${last}"${rest}}` },
    })),
    {
      technique: "an argument in body and query",
      object,
      as,
      send: { path: `${path}?p_session_id=eq.${victim}`, body: { ...args, p_session_id: victim } },
    },
    {
      technique: "a list of calls in one",
      object,
      as,
      send: { path, body: [missing, victim].map((id) => ({ ...args, p_session_id: id })) },
    },
    {
      technique: "a list for an id",
      object,
      as,
      send: { path, body: { ...args, p_session_id: [missing, victim] } },
      expect: "refused",
    },
    {
      technique: "an object for an id",
      object,
      as,
      send: { path, body: { ...args, p_session_id: { eq: victim } } },
      expect: "refused",
    },
    {
      technique: "SQL for an id",
      object,
      as,
      send: { path, body: { ...args, p_session_id: `${victim}' or true --` } },
      expect: "refused",
    },
    // Left out of these, it means one's own.
    ...(routine.arguments.some(({ name, optional }) => name === "p_session_id" && !optional)
      ? [
        {
          technique: "NULL for an id",
          object,
          as,
          send: { path, body: { ...args, p_session_id: null } },
        } satisfies Attempt,
      ]
      : []),
    {
      technique: "one object as the whole argument",
      object,
      as,
      send: {
        path,
        body: { ...args, p_session_id: victim },
        headers: [["prefer", "params=single-object"]],
      },
    },
    {
      technique: "a filter on a function's answer",
      object,
      as,
      send: { path: `${path}?or=(user_id.eq.${idOf("owner")},user_id.is.null)`, body: args },
    },
  );
  return attempts;
}
