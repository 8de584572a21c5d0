import assert from "node:assert/strict";
import { test } from "node:test";
import { median, percentile, ratios, spread } from "./stats.ts";

test("a median is the middle value, or the mean of the two in the middle", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([7]), 7);
  assert.throws(() => median([]));
});

test("values are compared as numbers", () => {
  assert.equal(median([10, 9, 1]), 9);
});

test("a percentile is a value that was measured", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.equal(percentile(hundred, 0.95), 95);
  assert.equal(percentile(hundred, 1), 100);
  assert.equal(percentile([5], 0.95), 5);
  assert.throws(() => percentile([], 0.5));
});

test("a spread has the median and both ends", () => {
  assert.deepEqual(spread([2, 8, 3]), { median: 3, min: 2, max: 8 });
});

test("ratios are those of the same round", () => {
  assert.deepEqual(ratios([10, 20, 30], [1, 4, 10]), [10, 5, 3]);
  assert.deepEqual(ratios([10, 20], [2]), [5]);
});
