import { assert, assertEquals, assertMatch } from "@std/assert";
import { databaseError } from "./rpc.ts";

const user = { kind: "user", token: "a.b.c" } as const;
const service = { kind: "service" } as const;
const server = { kind: "service", key: "sb_secret_1" } as const;
const raised = (code: string, details: string) => ({ code, details, message: "m", hint: "h" });

const cases = [
  ["a raised error", 404, raised("PT404", "SESSION_NOT_FOUND"), user, 404, "SESSION_NOT_FOUND"],
  ["a raised conflict", 409, raised("PT409", "SESSION_EXISTS"), service, 409, "SESSION_EXISTS"],
  ["a token that is refused", 401, raised("PGRST301", ""), user, 401, "UNAUTHENTICATED"],
  ["a role that may not", 403, raised("42501", ""), user, 403, "FORBIDDEN"],
  ["nobody's token", 401, raised("42501", ""), user, 401, "UNAUTHENTICATED"],
  ["our own key, refused", 401, raised("PGRST301", ""), service, 500, "INTERNAL"],
  ["a server's key, refused", 401, raised("PGRST301", ""), server, 401, "UNAUTHENTICATED"],
  ["a right that is missing", 403, raised("42501", ""), service, 500, "INTERNAL"],
  ["a value out of range", 400, raised("22003", ""), user, 400, "INVALID_ARGUMENT"],
  ["a check", 400, raised("23514", "row"), user, 400, "INVALID_ARGUMENT"],
  ["an id that is taken", 409, raised("23505", "row"), user, 409, "IDEMPOTENCY_MISMATCH"],
  ["a value that is missing", 400, raised("23502", "row"), user, 400, "INVALID_ARGUMENT"],
  ["more than Postgres takes", 500, raised("54000", ""), user, 413, "TOO_LARGE"],
  [
    "a user who is gone",
    409,
    raised("23503", 'not present in table "users".'),
    user,
    401,
    "UNAUTHENTICATED",
  ],
  [
    "another key that is missing",
    409,
    raised("23503", 'in table "brands".'),
    user,
    500,
    "INTERNAL",
  ],
  ["a deadlock", 500, raised("40P01", ""), user, 503, "UNAVAILABLE"],
  ["a lock that does not come", 500, raised("55P03", ""), user, 503, "UNAVAILABLE"],
  ["no time left", 500, raised("57014", ""), service, 503, "UNAVAILABLE"],
  ["no room on the disk", 503, raised("53100", ""), user, 503, "UNAVAILABLE"],
  ["no database", 503, raised("PGRST001", ""), user, 503, "UNAVAILABLE"],
  ["no PostgREST", 0, { message: "connect ECONNREFUSED 10.0.0.1" }, user, 503, "UNAVAILABLE"],
  ["a database that is gone under the call", 400, raised("", ""), user, 503, "UNAVAILABLE"],
  ["a defect", 500, raised("XX000", ""), user, 500, "INTERNAL"],
  ["no schema cache", 404, raised("PGRST202", ""), user, 500, "INTERNAL"],
] as const;

for (const [name, given, error, caller, status, code] of cases) {
  Deno.test(`${name}: ${status} ${code}`, () => {
    const made = databaseError(given, error, caller);
    assertEquals([made.status, made.code], [status, code]);
    const own = given > 0 && "code" in error && error.code.startsWith("PT");
    assertEquals([made.message, made.hint].includes("m"), own);
    assert(!made.message.includes("10.0.0.1"));
  });
}

Deno.test("a caller who is too quick is told when the next minute begins", () => {
  const made = databaseError(429, raised("PT429", "RATE_LIMITED"), user);
  assertEquals([made.status, made.code], [429, "RATE_LIMITED"]);
  assertMatch(made.headers["retry-after"] ?? "", /^([1-9]|[1-5]\d|60)$/);
});
