import assert from "node:assert/strict";
import { test } from "node:test";
import { weaken } from "./boolean.ts";

const expressions = (text: string) => weaken(text).map((found) => found.expression);

test("each operand of AND goes alone", () => {
  assert.deepEqual(expressions("((a = 1) AND (b IS NULL) AND c)"), [
    "(true AND (b IS NULL) AND c)",
    "((a = 1) AND true AND c)",
    "((a = 1) AND (b IS NULL) AND true)",
  ]);
});

test("an OR within an AND is broken too, to false", () => {
  assert.deepEqual(weaken("(a AND (b OR (c AND d)))").map((found) => found.part), [
    "a",
    "(b OR (c AND d))",
    "b",
    "(c AND d)",
    "c",
    "d",
  ]);
  assert.ok(expressions("(a AND (b OR (c AND d)))").includes("(a AND (b OR (c AND true)))"));
  assert.ok(expressions("(a AND (b OR (c AND d)))").includes("(a AND (false OR (c AND d)))"));
});

test("quotes, subqueries and array elements are left alone", () => {
  assert.deepEqual(expressions("(name = 'x AND (y'::text)"), []);
  assert.deepEqual(expressions("( SELECT (f.a AND f.b) FROM f)"), []);
  assert.deepEqual(expressions("(id = ANY (ARRAY( SELECT m.id FROM m WHERE (a AND b))))"), []);
  assert.deepEqual(expressions("CASE WHEN (a AND b) THEN c ELSE d END"), []);
  assert.deepEqual(expressions("(\"odd AND name\" = 'it''s AND') AND (b)"), [
    "true AND (b)",
    "(\"odd AND name\" = 'it''s AND') AND true",
  ]);
});
