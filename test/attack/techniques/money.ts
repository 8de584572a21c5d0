import { isRecord } from "../../../local/http.ts";
import { brandOf, idOf, type Person } from "../actors.ts";
import type { Attempt, Expected } from "../attempt.ts";
import type { Request } from "../http.ts";
import type { World } from "../world.ts";

const back = ["prefer", "return=representation"] as const;

/** Budgets, holds and costs. */
export function money(world: World): Attempt[] {
  const attempts: Attempt[] = [];
  const add = (
    technique: string,
    as: Person,
    object: string,
    send: Request,
    expect: Expected = "refused",
  ) => attempts.push({ technique, object: `${object} as ${as}`, as, send, expect });
  const sessionOf = (person: Person) =>
    String(world.marks.own("public.conversation_sessions", person)[0]?.values["id"]);
  const own = sessionOf("stranger");

  const costs: [column: string, value: unknown][] = [
    ["cost_usd", -1],
    ["cost_usd", "NaN"],
    ["cost_usd", "Infinity"],
    ["cost_usd", "-Infinity"],
    ["cost_usd", 1e30],
    ["tokens_used", -5],
    ["tokens_used", 3e9],
    ["input_tokens", -5],
    ["output_tokens", -5],
    ["cached_input_tokens", -5],
    ["latency_ms", -5],
  ];
  for (const [column, value] of costs) {
    const message = { session_id: own, role: "assistant", content: "x", [column]: value };
    add("a cost that cannot be", "stranger", `conversation_messages.${column} ${String(value)}`, {
      path: "/conversation_messages",
      body: message,
    });
    add(
      "a cost that cannot be, by a function",
      "stranger",
      `log_turn(p_${column}) ${String(value)}`,
      {
        path: "/rpc/log_turn",
        body: {
          p_session_id: own,
          p_turn_id: "40000000-0000-4000-9000-00000000c057",
          p_user_message: "x",
          p_assistant_message: "y",
          [`p_${column}`]: value,
        },
      },
    );
  }
  for (const amount of [-1, "NaN", "Infinity", 1e30, null]) {
    add("a hold that cannot be", "stranger", `reserve_budget(${String(amount)})`, {
      path: "/rpc/reserve_budget",
      body: { p_session_id: own, p_amount_usd: amount },
    });
  }
  for (const seconds of [-1, 0, 2_000_000_000]) {
    add("a hold for ever", "stranger", `reserve_budget, ${seconds} s`, {
      path: "/rpc/reserve_budget",
      body: { p_session_id: own, p_amount_usd: 1, p_ttl_seconds: seconds },
    });
  }
  const held = world.marks.rows.find(({ table, holder }) =>
    table === "public.budget_reservations" && holder === "owner"
  );
  add("a hold under an id of others", "stranger", "reserve_budget", {
    path: "/rpc/reserve_budget",
    body: { p_session_id: own, p_amount_usd: 1, p_reservation_id: held?.values["id"] },
  });
  for (const name of ["settle_budget", "release_budget"]) {
    for (const as of ["stranger", "brand_admin", "brand_owner"] as const) {
      add("end a hold of others", as, name, {
        path: `/rpc/${name}`,
        body: { p_reservation_id: held?.values["id"] },
      });
    }
    const ofServer = world.marks.rows.find(({ table, holder }) =>
      table === "public.budget_reservations" && holder === "stranger"
    );
    add("end a hold that the server made", "stranger", name, {
      path: `/rpc/${name}`,
      body: { p_reservation_id: ofServer?.values["id"] },
    });
  }
  // The turn is written, and the hold stays as it is.
  attempts.push({
    technique: "pay with a hold of others",
    object: "log_turn(p_reservation_id) as stranger",
    as: "stranger",
    send: {
      path: "/rpc/log_turn",
      body: {
        p_session_id: own,
        p_turn_id: "40000000-0000-4000-9000-00000000c058",
        p_user_message: "x",
        p_assistant_message: "y",
        p_reservation_id: held?.values["id"],
      },
    },
    expect: "own",
    mayChange: "own",
  });
  const ofBrand = `/budgets?brand_id=eq.${brandOf.theirs}`;
  for (const as of ["brand_member", "brand_analyst", "stranger", "owner"] as const) {
    add("raise the limit of a brand", as, "budgets", {
      method: "PATCH",
      path: ofBrand,
      body: { soft_limit_usd: 1000, hard_limit_usd: 10_000 },
      headers: [back],
    }, "nothing");
    add("lift the budget of a brand", as, "budgets", {
      method: "DELETE",
      path: ofBrand,
      headers: [back],
    }, "nothing");
    add("set a budget for a brand", as, "budgets", {
      path: "/budgets",
      body: { brand_id: brandOf.theirs, period: "month", soft_limit_usd: 1 },
    });
  }
  for (const as of ["owner", "stranger"] as const) {
    const mine = `/budgets?user_id=eq.${idOf(as)}`;
    add("raise one's own limit", as, "budgets", {
      method: "PATCH",
      path: mine,
      body: { hard_limit_usd: 10_000, soft_limit_usd: 1000 },
      headers: [back],
    }, "nothing");
    add(
      "lift one's own budget",
      as,
      "budgets",
      { method: "DELETE", path: mine, headers: [back] },
      "nothing",
    );
    add("set one's own budget", as, "budgets", {
      path: "/budgets",
      body: { user_id: idOf(as), period: "month", soft_limit_usd: 1 },
    });
  }
  for (
    const table of ["model_prices", "repricings", "usage_daily", "usage_totals", "budget_alerts"]
  ) {
    add("write what the server counts", "brand_owner", table, { path: `/${table}`, body: {} });
    add("empty what the server counts", "brand_owner", table, {
      method: "DELETE",
      path: `/${table}`,
    });
  }
  return [...attempts, claim(world)];
}

/** What a member claims that a call cost is not the brand's money. It is written, in the member's own session. */
function claim(world: World): Attempt {
  const session = world.marks.own("public.conversation_sessions", "brand_member")[0];
  const spent = async (there: World) => {
    const answer = await there.send({
      path: "/rpc/get_budget_status",
      body: { p_brand_id: brandOf.theirs },
    }, "brand_owner");
    const rows: unknown = JSON.parse(answer.text);
    const list = Array.isArray(rows) ? rows.filter(isRecord) : [];
    return list.length === 0
      ? undefined
      : JSON.stringify(list.map((row) => [row["spent_usd"], row["held_usd"]]));
  };
  return {
    technique: "a cost that a member claims",
    object: "the brand's budget",
    as: "brand_member",
    mayChange: "own",
    run: async (there) => {
      const before = await spent(there);
      if (before === undefined) return "the brand has no budget to look at";
      const answer = await there.send({
        path: "/conversation_messages",
        body: {
          session_id: session?.values["id"],
          role: "assistant",
          content: "x",
          cost_usd: 99_999,
        },
      }, "brand_member");
      if (answer.status !== 201) return `the message is not taken: ${answer.status} ${answer.text}`;
      const after = await spent(there);
      return before === after ? undefined : `the brand has spent ${after}, before ${before}`;
    },
  };
}
