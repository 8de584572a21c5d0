import assert from "node:assert/strict";
import { test } from "node:test";
import { soakPicture } from "./report/soak.ts";
import { growthOf, type Sample } from "./soak.ts";

function samples(ownMb: (nth: number) => number): Sample[] {
  return Array.from({ length: 60 }, (_, nth) => {
    const memory = { processes: 1, rssMb: 500, ownMb: ownMb(nth) };
    return {
      at: nth * 10,
      requests: 500,
      perSecond: 50,
      errors: 0,
      provoked: 2,
      p50: 5,
      p95: 20,
      p99: 40,
      databaseMb: 50,
      memory: { postgres: memory, postgrest: memory, deno: memory },
    };
  });
}

const grown = (ownMb: (nth: number) => number) =>
  growthOf(samples(ownMb)).every(({ growthMb, allowedMb }) => growthMb > allowedMb);

test("memory that grows without end is seen, and caches that fill are not", () => {
  assert.ok(grown((nth) => 100 + nth), "a megabyte in ten seconds");
  assert.ok(grown((nth) => 1000 + 6 * nth), "a little of much");
  assert.ok(!grown((nth) => 200 * (1 - 1 / (1 + nth))), "levels out");
  assert.ok(!grown((nth) => 100 + 12 * (nth % 3)), "goes up and down");
});

test("the picture of a soak has its three curves and no error above nothing", () => {
  const picture = soakPicture({
    at: "",
    checkout: { commit: "", changed: false },
    machine: { cpu: "", cores: 2, memoryGb: 4, os: "", node: "" },
    load: { before: 0, after: 0 },
    server: { version: "", settings: {} },
    seconds: 600,
    users: 50,
    samples: samples(() => 100),
    calls: {},
    provoked: {},
    errors: [],
    messages: 0,
    growth: [],
  });
  assert.match(picture, /^<svg [^]*Latency[^]*Memory[^]*Requests and errors[^]*<\/svg>\n$/);
  assert.doesNotMatch(picture, /NaN|Infinity|undefined/);
  assert.equal(picture.match(/<polyline/g)?.length, 9);
});
