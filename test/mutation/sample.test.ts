import assert from "node:assert/strict";
import { test } from "node:test";
import { sample } from "./sample.ts";

const items = Array.from({ length: 100 }, (_, number) => number);

test("the same seed picks the same ones, another seed others", () => {
  assert.deepEqual(sample(items, 10, "a"), sample(items, 10, "a"));
  assert.notDeepEqual(sample(items, 10, "a"), sample(items, 10, "b"));
});

test("nothing is picked twice, and no more than there is", () => {
  assert.equal(new Set(sample(items, 60, "a")).size, 60);
  assert.deepEqual(sample(items, 200, "a").sort((a, b) => a - b), items);
});
