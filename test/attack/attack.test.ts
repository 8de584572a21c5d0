import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openServer, type OpenUrls } from "../run/server.ts";
import { attack } from "./attack.ts";
import { holes, openHoles } from "./holes.ts";
import { judgeTimes, pairs, tellsApart } from "./techniques/timing.ts";
import { withTarget, World } from "./world.ts";

// The whole of it is `npm run test:attack`.
const attempts = 60;
const seed = process.env["TURNBASE_SEED"] ?? String(Date.now() % 1_000_000);

let server: OpenUrls & AsyncDisposable;

before(async () => {
  server = await openServer();
});
after(() => server?.[Symbol.asyncDispose]());

test(`${attempts} attempts are refused, change no row and show nothing of others; a hole is found`, async () => {
  await withTarget(server, async (target) => {
    await using world = await World.open(target);
    const { tallies, failures, attempts: tried } = await attack(world, { count: attempts, seed });
    console.log(`# ${tried} attempts of ${tallies.length} techniques: TURNBASE_SEED=${seed}`);
    assert.deepEqual(failures, []);
    assert.equal(tried, attempts);
    assert.ok(tallies.length >= 40, `${tallies.length} techniques`);
    assert.deepEqual(await openHoles(target, holes.slice(0, 1), () => undefined), []);
  });
});

/** Times that wander as those of a busy machine do. */
function noise(extra: number): number[] {
  let state = 12_345;
  const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  return Array.from(
    { length: pairs },
    () => extra + (random() - random()) * 6 + (random() > 0.95 ? (random() - 0.5) * 80 : 0),
  );
}

test("a difference of times is told from noise", () => {
  assert.equal(tellsApart(judgeTimes(noise(0))), false);
  assert.equal(tellsApart(judgeTimes(noise(3))), true);
  assert.equal(tellsApart(judgeTimes(noise(-3))), true);
  // Too small to be used, however sure.
  assert.equal(tellsApart(judgeTimes(Array<number>(pairs).fill(0.3))), false);
});
