import assert from "node:assert/strict";
import { test } from "node:test";
import { exclude } from "./exclude.ts";
import { mutant } from "./mutant.ts";

const one = mutant("policy dropped", "one", "drop policy one on t", []);
const two = mutant("policy dropped", "two", "drop policy two on t", []);

test("a listed mutant is left out", () => {
  const found = exclude([one, two], { "policy dropped: one": "because" });
  assert.deepEqual(found, { mutants: [two], stale: [] });
});

test("an entry without a mutant is named", () => {
  const found = exclude([one], { "policy dropped: gone": "because" });
  assert.deepEqual(found, { mutants: [one], stale: ["policy dropped: gone"] });
});
