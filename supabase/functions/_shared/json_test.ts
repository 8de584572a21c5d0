import { assert, assertEquals, assertThrows } from "@std/assert";
import { HttpError } from "./errors.ts";
import { makeStorable, parseJson, unstorable } from "./json.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("JSON is read up to 64 levels", () => {
  const nested = (levels: number) => encode("[".repeat(levels) + "]".repeat(levels));
  parseJson(nested(64));
  for (const levels of [65, 1_000_000]) {
    assertEquals(assertThrows(() => parseJson(nested(levels)), HttpError).status, 400);
  }
  // Brackets in text are no levels, also behind an escaped quote.
  parseJson(encode(JSON.stringify('\\"' + "[{".repeat(100))));
});

for (
  const [name, bytes] of [
    ["nothing", encode("")],
    ["half an object", encode('{"a":')],
    ["two values", encode("1 2")],
    ["bytes that are no UTF-8", new Uint8Array([0x22, 0xff, 0x22])],
    ["a surrogate as UTF-8", new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ] as const
) {
  Deno.test(`${name}: refused`, () => {
    const error = assertThrows(() => parseJson(bytes), HttpError);
    assertEquals([error.status, error.code], [400, "INVALID_ARGUMENT"]);
    assert(error.hint?.startsWith("body: "));
  });
}

Deno.test("what Postgres cannot hold is named by its place", () => {
  assertEquals(unstorable({ a: ["ok", "\u{1F600}", 1] }), undefined);
  assert(unstorable({ a: [{ b: "x\0" }] })?.startsWith("a.0.b: "));
  assert(unstorable({ a: "\ud800" })?.startsWith("a: "));
  assert(unstorable({ m: { "\udc00": 1 } })?.startsWith("m: "));
  assert(unstorable({ n: Infinity })?.startsWith("n: "));
});

Deno.test("or replaced, keys too, and a key named __proto__ stays a key", () => {
  const given: unknown = JSON.parse(
    '{"a":["\\u0000x",{"\\ud800":"\\udc00"}],"__proto__":{"polluted":"\\u0000"}}',
  );
  const { value, replaced } = makeStorable(given);
  assert(replaced);
  assertEquals(
    JSON.stringify(value),
    '{"a":["\ufffdx",{"\ufffd":"\ufffd"}],"__proto__":{"polluted":"\ufffd"}}',
  );
  assertEquals(Object.getPrototypeOf(value), Object.prototype);
  assertEquals(Reflect.get({}, "polluted"), undefined);
  assertEquals(makeStorable({ a: ["ok", null, 1, true] }), {
    value: { a: ["ok", null, 1, true] },
    replaced: false,
  });
});
