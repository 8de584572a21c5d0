import { assert, assertEquals, assertThrows } from "@std/assert";
import { loggingEnv, readEnv, saltProblem } from "./env.ts";
import { fakeKeys } from "./fakes.ts";

Deno.test("the defaults, also for variables that are set to nothing", () => {
  const expected = {
    ENABLE_CHAT_LOGGING: false,
    USER_ID_SALT: "",
    CHAT_LOG_RETENTION_DAYS: 90,
    TRUSTED_PROXY_HOPS: 1,
    IP_MODE: "hash",
    ALLOWED_ORIGINS: [],
    RATE_LIMIT_PER_MINUTE: 120,
    SUPABASE_PUBLISHABLE_KEYS: [],
    SUPABASE_SECRET_KEYS: [],
  };
  const empty = Object.fromEntries(Object.keys(expected).map((name) => [name, ""]));
  assertEquals(readEnv(loggingEnv, fakeKeys), { ...fakeKeys, ...expected });
  assertEquals(readEnv(loggingEnv, { ...fakeKeys, ...empty }), { ...fakeKeys, ...expected });
});

for (
  const [name, values] of Object.entries({
    CHAT_LOG_RETENTION_DAYS: ["0", "-1", "1.5", "many"],
    TRUSTED_PROXY_HOPS: ["0", "one"],
    IP_MODE: ["HASH", "full"],
    RATE_LIMIT_PER_MINUTE: ["0", "1e99"],
    ALLOWED_ORIGINS: [
      "shop.example",
      "https://app.example/",
      "https://app.example/shop",
      "https://App.example",
      "https://app.example:443",
      "https://*.app.example",
      "https://user@app.example",
      "https://app.example https://shop.example",
      "https://app.example, shop.example",
      "null",
    ],
    SUPABASE_SECRET_KEYS: ["sb_secret_1", '["sb_secret_1", 2]', '{"default": ""}'],
  })
) {
  Deno.test(`${name}: a wrong value is named, and not shown`, () => {
    for (const value of values) {
      const error = assertThrows(() => readEnv(loggingEnv, { ...fakeKeys, [name]: value }), Error);
      assert(error.message.startsWith(`environment: ${name}: `), error.message);
      if (value.length > 2) assert(!error.message.includes(value), error.message);
    }
  });
}

Deno.test("a project may have the keys of the new kind alone, and one of both kinds is needed", () => {
  const { SUPABASE_URL } = fakeKeys;
  const env = readEnv(loggingEnv, {
    SUPABASE_URL,
    SUPABASE_PUBLISHABLE_KEYS: '{"default": "sb_publishable_1"}',
    SUPABASE_SECRET_KEYS: '{"other": "sb_secret_2", "default": "sb_secret_1"}',
  });
  assertEquals(env.SUPABASE_SECRET_KEYS, ["sb_secret_1", "sb_secret_2"]);
  assertEquals(env.SUPABASE_SERVICE_ROLE_KEY, "sb_secret_1");
  assertEquals(env.SUPABASE_ANON_KEY, "sb_publishable_1");
  assertThrows(
    () => readEnv(loggingEnv, { SUPABASE_URL, SUPABASE_SECRET_KEYS: "{}", SUPABASE_ANON_KEY: "a" }),
    Error,
    "SUPABASE_SERVICE_ROLE_KEY",
  );
});

Deno.test("an origin is written as browsers send it", () => {
  const origins = [
    "*",
    "https://app.example",
    "http://localhost:3000",
    "http://[::1]:8080",
    "https://xn--mnchen-3ya.example",
    "capacitor://localhost",
    "chrome-extension://abcdefgh",
  ];
  const env = readEnv(loggingEnv, { ...fakeKeys, ALLOWED_ORIGINS: ` ${origins.join(" , ")},` });
  assertEquals(env.ALLOWED_ORIGINS, origins);
});

Deno.test("only 'true' switches logging on", () => {
  for (const value of ["TRUE", "1", "yes", "false", " true"]) {
    const env = readEnv(loggingEnv, { ...fakeKeys, ENABLE_CHAT_LOGGING: value });
    assertEquals(env.ENABLE_CHAT_LOGGING, false, value);
  }
});

Deno.test("a salt is 32 characters that nobody else knows", () => {
  assertEquals(saltProblem("0123456789abcdef0123456789abcdef"), undefined);
  assertEquals(saltProblem(""), "USER_ID_SALT is not set");
  assertEquals(saltProblem("short"), "USER_ID_SALT is shorter than 32 characters");
  for (
    const known of [
      "default-salt-change-this",
      "your-generated-salt-here",
      "your-generated-salt-here-your-generated-salt-here",
    ]
  ) assertEquals(saltProblem(known), "USER_ID_SALT is a known default");
});
