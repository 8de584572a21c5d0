import type { Server } from "../server/support.ts";
import type { Home } from "./load.ts";

const limits =
  "insert into public.budgets (user_id, brand_id, period, hard_limit_usd) values ($1, $2, 'day', 1000000)";

/** Users of one brand with budgets, and a home for each of so many writers of theirs. */
export async function makeHomes(
  server: Server,
  { users, writersEach }: { users: number; writersEach: number },
): Promise<Home[]> {
  const [brand] = await server.select(
    "insert into public.brands (slug, name) values ('faults-' || gen_random_uuid(), 'Faults') returning id",
  );
  await server.select(limits, [null, brand?.["id"]]);
  const homes: Home[] = [];
  for (let nth = 0; nth < users; nth++) {
    const user = await server.makeUser();
    await server.select(limits, [user, null]);
    await server.select(
      "insert into public.brand_members (brand_id, user_id, role) values ($1, $2, 'member')",
      [brand?.["id"], user],
    );
    const session = async () => {
      const [made] = await server.select(
        "insert into public.conversation_sessions (user_id, brand_id) values ($1, $2) returning id",
        [user, nth % 2 === 0 ? brand?.["id"] : null],
      );
      return String(made?.["id"]);
    };
    const shared = await session();
    for (let writer = 0; writer < writersEach; writer++) {
      homes.push({ user, shared, branchy: await session(), streamed: await session() });
    }
  }
  return homes;
}
