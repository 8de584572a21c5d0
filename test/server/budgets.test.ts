import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { budgetCount } from "./recount.ts";
import {
  onEach,
  openTestServer,
  type Refusal,
  refusal,
  type Rows,
  seeded,
  type Server,
  type UserConnection,
} from "./support.ts";

const timeout = 90_000;
const random = seeded("budgets");
let server: Server;

before(async () => {
  server = await openTestServer();
});
after(() => server[Symbol.asyncDispose]());

interface Limits {
  period?: "day" | "month";
  soft?: string;
  hard?: string;
}

async function makeBudget(
  owner: { user: string } | { brand: string },
  { period = "day", soft, hard }: Limits,
  id = random.uuid(),
): Promise<string> {
  await server.select(
    `insert into public.budgets (id, user_id, brand_id, period, soft_limit_usd, hard_limit_usd)
     values ($1, $2, $3, $4, $5, $6)`,
    [
      id,
      "user" in owner ? owner.user : null,
      "brand" in owner ? owner.brand : null,
      period,
      soft ?? null,
      hard ?? null,
    ],
  );
  return id;
}

async function makeBrand(members: readonly string[]): Promise<string> {
  const [brand] = await server.select(
    "insert into public.brands (slug, name, created_by) values ($1, 'Budget', $2) returning id",
    [`budget-${random.uuid()}`, members[0]],
  );
  await server.select(
    `insert into public.brand_members (brand_id, user_id)
     select $1, m from unnest($2::uuid[]) as m`,
    [brand?.["id"], members.slice(1)],
  );
  return String(brand?.["id"]);
}

async function makeSession(user: string, brand: string | null): Promise<string> {
  const [session] = await server.select(
    "insert into public.conversation_sessions (user_id, brand_id) values ($1, $2) returning id",
    [user, brand],
  );
  return String(session?.["id"]);
}

async function countOf(budget: string): Promise<Rows[number]> {
  const [row] = await server.select(budgetCount, [budget]);
  assert.ok(row);
  return row;
}

const amountOf = (value: unknown) => Number(value);

async function alertsOf(budget: string): Promise<string[]> {
  const rows = await server.select(
    "select limit_kind::text as kind from public.budget_alerts where budget_id = $1 order by kind",
    [budget],
  );
  return rows.map(({ kind }) => String(kind));
}

/** `use` gets a connection for each user. */
async function forEach<T>(
  users: readonly string[],
  use: (connections: readonly UserConnection[]) => Promise<T>,
): Promise<T> {
  const [first, ...others] = users;
  if (first === undefined) return await use([]);
  return await server.as(
    first,
    1,
    ([connection]) => forEach(others, (rest) => use([connection, ...rest])),
  );
}

/** The same connection in the name of service_role. */
async function asServer(
  { client }: UserConnection,
  sql: string,
  values: readonly unknown[],
): Promise<Rows> {
  await client.query("begin");
  try {
    await client.query(`select set_config('role', 'service_role', true),
      set_config('request.jwt.claims', '{"role": "service_role"}', true)`);
    const { rows } = await client.query<Rows[number]>(sql, [...values]);
    await client.query("commit");
    return rows;
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}

const reserve = "select id from public.reserve_budget($1, $2, $3, $4)";
const logTurn = `
  select from public.log_turn($1, $2, 'Hi', 'Hello', p_cost_usd => $3, p_reservation_id => $4)`;
const logTurnThenSettle = `
  select public.settle_budget($4)
  from public.log_turn($1, $2, 'Hi', 'Hello', p_cost_usd => $3)`;

for (const owner of ["user", "brand"] as const) {
  test(`32 connections race for the last dollar of a ${owner}: ten get a tenth`, {
    timeout,
  }, async () => {
    const users = owner === "user"
      ? Array(32).fill(await server.makeUser()) as string[]
      : await Promise.all(Array.from({ length: 32 }, () => server.makeUser()));
    const brand = owner === "brand" ? await makeBrand(users) : null;
    const sessions = await Promise.all(users.map((user) => makeSession(user, brand)));
    const budget = await makeBudget(
      brand === null ? { user: users[0] ?? "" } : { brand },
      { soft: "0.50", hard: "1.00" },
    );
    await forEach(users, async (connections) => {
      for (const round of [1, 2]) {
        // The second time is after the alerts, with a higher limit.
        if (round === 2) {
          await server.select("update public.budgets set hard_limit_usd = 2 where id = $1", [
            budget,
          ]);
        }
        const holds = connections.map(() => random.uuid());
        const refusals = await Promise.all(
          connections.map((connection, k) =>
            connection.refused(reserve, [sessions[k], "0.10", holds[k], 300])
          ),
        );
        const won = refusals.flatMap((refused, k) => refused ? [] : [k]);
        for (const refused of refusals) {
          if (refused) {
            assert.deepEqual([refused.code, refused.detail], ["PT402", "BUDGET_EXCEEDED"]);
          }
        }
        assert.equal(won.length, 10);
        assert.deepEqual(
          [amountOf((await countOf(budget))["held"]), (await countOf(budget))["is_over"]],
          [1, false],
        );
        await Promise.all(won.map(async (k) => {
          const connection = connections[k];
          assert.ok(connection);
          await asServer(connection, logTurn, [sessions[k], random.uuid(), "0.10", holds[k]]);
        }));
        const { spent, held, is_over } = await countOf(budget);
        assert.deepEqual([amountOf(spent), amountOf(held), is_over], [round, 0, false]);
        assert.deepEqual(await alertsOf(budget), ["hard", "soft"], `round ${round}`);
      }
    });
  });
}

test(
  "16 connections reserve, settle, release and let expire: never above the hard limit",
  { timeout },
  async () => {
    const users = await Promise.all(Array.from({ length: 16 }, () => server.makeUser()));
    const brand = await makeBrand(users);
    const sessions = await Promise.all(users.map((user) => makeSession(user, brand)));
    const budgets = await Promise.all([
      makeBudget({ brand }, { soft: "0.2", hard: "0.8" }),
      makeBudget({ brand }, { soft: "0.1", hard: "1", period: "month" }),
      ...users.slice(0, 8).map((user) => makeBudget({ user }, { soft: "0.01", hard: "0.3" })),
    ]);
    const ended = { settled: 0, released: 0, expired: 0, refused: 0 };
    const until = Date.now() + 5_000;
    let checks = 0;
    const check = async () => {
      for (const budget of budgets) {
        const row = await countOf(budget);
        assert.equal(row["is_over"], false, JSON.stringify(row));
      }
      checks += 1;
    };
    await forEach(users, (connections) =>
      Promise.all([
        onEach(connections, async (connection, index) => {
          const session = sessions[index];
          while (Date.now() < until) {
            const amount = (1 + random.int(20)) / 100;
            const hold = random.uuid();
            const dies = random.int(8) === 0;
            const values = [session, amount, hold, dies ? 1 : 60];
            const refused = await connection.refused(reserve, values);
            if (refused) {
              assert.equal(refused.detail, "BUDGET_EXCEEDED", refused.message);
              ended.refused += 1;
              // Frees something, so that not all ends at the limit at once.
              await new Promise((resolve) => setTimeout(resolve, random.int(50)));
              continue;
            }
            if (dies) ended.expired += 1;
            else if (random.int(3) > 0) {
              await connection.query("select from public.release_budget($1)", [hold]);
              ended.released += 1;
            } else {
              // Costs less than was held, so that the race lasts.
              const values = [session, random.uuid(), (amount / 40).toFixed(4), hold];
              // By the turn itself, or in the same statement: between two, both would count.
              if (random.int(2)) await asServer(connection, logTurn, values);
              else await asServer(connection, logTurnThenSettle, values);
              ended.settled += 1;
            }
          }
        }),
        (async () => {
          while (Date.now() < until) await check();
        })(),
      ]));
    await check();
    assert.ok(checks > 5, `${checks} checks`);
    for (const [what, times] of Object.entries(ended)) assert.ok(times > 3, `${what}: ${times}`);
    // What the functions count is what the tables hold.
    for (const budget of budgets) {
      const [row] = await server.select(
        `select s.spent_usd::text as spent from public.budgets as b
         cross join lateral private.budget_state_of(b) as s where b.id = $1`,
        [budget],
      );
      assert.equal(amountOf(row?.["spent"]), amountOf((await countOf(budget))["spent"]));
    }
    const wrong = await server.select(
      `select b.id, l.kind from public.budgets as b
       cross join lateral private.budget_state_of(b) as s
       cross join lateral (values ('soft', b.soft_limit_usd), ('hard', b.hard_limit_usd)) as l (kind, usd)
       left join public.budget_alerts as a on a.budget_id = b.id and a.limit_kind::text = l.kind
       where b.id = any ($1) and (s.spent_usd >= l.usd) is distinct from (a.budget_id is not null)`,
      [budgets],
    );
    assert.deepEqual(wrong, [], "an alert for each limit that was reached, and for no other");
  },
);

test("user and brand budgets in opposite orders of their ids: no deadlock", {
  timeout,
}, async () => {
  const users = [await server.makeUser(), await server.makeUser()];
  const brand = await makeBrand(users);
  // The first user's budget stands before the brand's, the second one's behind it.
  const budgets = [
    await makeBudget(
      { user: users[0] ?? "" },
      { hard: "1000", soft: "1" },
      random.uuid().replace(/^./, "1"),
    ),
    await makeBudget({ brand }, { hard: "1000", soft: "1" }, random.uuid().replace(/^./, "8")),
    await makeBudget(
      { user: users[1] ?? "" },
      { hard: "1000", soft: "1" },
      random.uuid().replace(/^./, "f"),
    ),
  ];
  const everyone = Array.from({ length: 12 }, (_, k) => users[k % 2] ?? "");
  const sessions = await Promise.all(everyone.map((user) => makeSession(user, brand)));
  await forEach(everyone, (connections) =>
    onEach(connections, async (connection, index) => {
      for (let k = 0; k < 25; k++) {
        const hold = random.uuid();
        await connection.query(reserve, [sessions[index], "0.01", hold, 300]);
        await asServer(connection, logTurn, [sessions[index], random.uuid(), "0.01", hold]);
      }
    }));
  assert.deepEqual(
    await Promise.all(budgets.map(async (budget) => {
      const { spent, held } = await countOf(budget);
      return [amountOf(spent), amountOf(held), await alertsOf(budget)];
    })),
    [[1.5, 0, ["soft"]], [3, 0, ["soft"]], [1.5, 0, ["soft"]]],
  );
});

test("repeatable read: who missed a hold fails and tries again, nothing is overspent", {
  timeout,
}, async () => {
  const user = await server.makeUser();
  const session = await makeSession(user, null);
  const budget = await makeBudget({ user }, { hard: "1" });
  await server.as(user, 2, async ([late, early]) => {
    assert.ok(early);
    await late.begin("repeatable read");
    await late.client.query("select 1");
    await early.query(reserve, [session, "0.9", random.uuid(), 300]);
    const failed: Refusal | undefined = await late.client
      .query(reserve, [session, "0.9", random.uuid(), 300])
      .then(() => undefined, refusal);
    await late.client.query("rollback");
    assert.equal(failed?.code, "40001");
  });
  await server.select("delete from public.budget_reservations where user_id = $1", [user]);

  let retries = 0;
  let won = 0;
  await server.as(user, 8, (connections) =>
    onEach(connections, async (connection) => {
      for (let k = 0; k < 5; k++) {
        for (let attempt = 0;; attempt++) {
          assert.ok(attempt < 300, "never went through");
          await connection.begin("repeatable read");
          try {
            await connection.client.query(reserve, [session, "0.10", random.uuid(), 300]);
            await connection.client.query("commit");
            won += 1;
            break;
          } catch (error) {
            await connection.client.query("rollback");
            const { code, message } = refusal(error);
            if (code === "PT402") break;
            assert.equal(code, "40001", message);
            retries += 1;
          }
        }
      }
    }));
  assert.ok(retries > 0, "nothing raced");
  assert.equal(won, 10);
  assert.deepEqual(await countOf(budget), { spent: "0", held: "1.00", is_over: false });
});

test("one key from 8 connections at once is one hold, with a budget and without", {
  timeout,
}, async () => {
  for (const hard of ["1", undefined]) {
    const user = await server.makeUser();
    const session = await makeSession(user, null);
    if (hard) await makeBudget({ user }, { hard });
    await server.as(user, 8, async (connections) => {
      for (let round = 0; round < 10; round++) {
        const hold = random.uuid();
        const answers = await Promise.all(
          connections.map((connection) => connection.query(reserve, [session, "0.1", hold, 300])),
        );
        assert.deepEqual(answers, Array(8).fill([{ id: hold }]));
      }
    });
    const [row] = await server.select(
      "select count(*)::int as holds from public.budget_reservations where user_id = $1",
      [user],
    );
    assert.deepEqual(row, { holds: 10 });
  }
});

test("a hold that is renewed and settled at once: no deadlock", { timeout }, async () => {
  const user = await server.makeUser();
  const session = await makeSession(user, null);
  const budget = await makeBudget({ user }, { hard: "1" });
  const hold = random.uuid();
  await server.as(user, 1, ([caller]) => caller.query(reserve, [session, "0.1", hold, 300]));
  await server.select("update public.budget_reservations set expires_at = now() where id = $1", [
    hold,
  ]);
  const answer = await server.as(user, 1, ([caller]) =>
    server.afterOpen(
      // The hold first, then the budget, as a settlement that notes an alert.
      (other) =>
        other.query("update public.budget_reservations set closed_at = now() where id = $1", [
          hold,
        ]).then(async () => {
          setTimeout(() => {
            other.query("select from public.budgets where id = $1 for update", [budget]).catch(
              () => undefined,
            );
          }, 100);
        }),
      () => caller.query(reserve, [session, "0.1", hold, 300]),
    ));
  assert.deepEqual(answer, [{ id: hold }]);
});

test(
  "a hold that is renewed while its cost reaches a limit: no deadlock",
  { timeout },
  async () => {
    const calls = {
      log_turn: logTurn,
      record_usage: `
      select from public.record_usage($2, (
        select s.user_id from public.conversation_sessions as s where s.id = $1
      ), p_cost_usd => $3, p_reservation_id => $4)`,
      finish_message: `
      select from public.finish_message($2, p_cost_usd => $3, p_reservation_id => $4)
      where $1::uuid is not null`,
    };
    for (const [name, call] of Object.entries(calls)) {
      const user = await server.makeUser();
      const session = await makeSession(user, null);
      const budget = await makeBudget({ user }, { soft: "0.1" });
      const hold = random.uuid();
      await server.as(user, 1, async ([caller]) => {
        await caller.query(reserve, [session, "0.1", hold, 300]);
        const id = random.uuid();
        if (name === "finish_message") {
          await asServer(caller, "select from public.begin_message($1, $2)", [session, id]);
        }
        let renewed: Promise<unknown> = Promise.resolve();
        await server.afterOpen(
          // As reserve_budget does it: the hold first, then the budgets.
          async (other) => {
            await other.query("select from public.budget_reservations where id = $1 for update", [
              hold,
            ]);
            setTimeout(() => {
              renewed = other.query("select from public.budgets where id = $1 for update", [budget])
                .then(() => undefined, refusal);
            }, 100);
          },
          () => asServer(caller, call, [session, id, "0.1", hold]),
        );
        assert.equal(await renewed, undefined, name);
      });
      assert.deepEqual(await alertsOf(budget), ["soft"], name);
    }
  },
);

test("a user is deleted under reservations and turns: nothing is left, only numbers", {
  timeout,
}, async () => {
  for (let round = 0; round < 5; round++) {
    const user = await server.makeUser();
    const sessions = await Promise.all(Array.from({ length: 6 }, () => makeSession(user, null)));
    const budget = await makeBudget({ user }, { hard: "100", soft: "0.05" });
    await server.as(user, 7, (connections) =>
      onEach(connections, async (connection, index) => {
        if (index === 6) {
          await new Promise((resolve) => setTimeout(resolve, 30 + random.int(60)));
          for (let attempt = 0;; attempt++) {
            assert.ok(attempt < 5, "the deletion never went through");
            try {
              await server.select("delete from auth.users where id = $1", [user]);
              return;
            } catch (error) {
              // A deadlock writes nothing; the deletion is sent again.
              assert.equal(refusal(error).code, "40P01");
            }
          }
        }
        for (let k = 0; k < 15; k++) {
          const hold = random.uuid();
          const reserved = await connection.refused(reserve, [sessions[index], "0.01", hold, 300]);
          const logged = reserved ?? await connection.refused(
            "select from public.log_turn($1, $2, 'Hi', 'Hello', p_cost_usd => 0.01, p_reservation_id => $3)",
            [sessions[index], random.uuid(), hold],
          );
          if (logged) {
            const { code = "", message } = logged;
            assert.ok(["PT404", "23503", "40P01"].includes(code), `${code} ${message}`);
          }
        }
      }));
    const left = await server.select(
      `select 1 from public.budget_reservations where user_id = $1
       union all select 1 from public.budgets where user_id = $1
       union all select 1 from public.budget_alerts where budget_id = $2`,
      [user, budget],
    );
    assert.deepEqual(left, []);
  }
});
