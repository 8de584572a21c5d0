import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { localDefaults, startFunctions } from "../../local/functions.ts";

const project = mkdtempSync(join(tmpdir(), "turnbase-functions-"));
const functions = join(project, "supabase", "functions");
mkdirSync(join(functions, "echo"), { recursive: true });
writeFileSync(
  join(functions, "echo", "index.ts"),
  "Deno.serve(() => Response.json(Deno.env.toObject()));\n",
);
after(() => rmSync(project, { recursive: true, force: true }));

/** What a function of `npm start` finds in its environment, and what was printed before. */
async function serve(file: string, env: Record<string, string> = {}) {
  writeFileSync(join(functions, ".env"), file);
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const served = await startFunctions({
    project,
    env,
    log,
    defaults: localDefaults(project, log),
  });
  try {
    const answer = await fetch(await served.find("echo")?.ready() ?? "");
    // The function above gives its environment, and that is text.
    return { lines, found: await answer.json() as Record<string, string> };
  } finally {
    await served.stop();
  }
}

test("without a .env chats are logged, with a salt of this checkout that stays", async () => {
  const first = await serve("");
  assert.equal(first.found["ENABLE_CHAT_LOGGING"], "true");
  assert.match(first.found["USER_ID_SALT"] ?? "", /^[0-9a-f]{64}$/);
  assert.equal(first.lines.length, 1);
  assert.match(first.lines[0] ?? "", /ENABLE_CHAT_LOGGING and USER_ID_SALT for this machine/);
  assert.ok(!first.lines.join().includes(first.found["USER_ID_SALT"] ?? "none"));
  const copied = await serve("ENABLE_CHAT_LOGGING=true\nUSER_ID_SALT=\n");
  assert.equal(copied.found["USER_ID_SALT"], first.found["USER_ID_SALT"]);
});

test("what .env says counts, and what the caller gives counts more", async () => {
  const own = await serve("ENABLE_CHAT_LOGGING=false\nUSER_ID_SALT=mine\nIP_MODE=none\n", {
    IP_MODE: "truncate",
    SUPABASE_URL: "http://127.0.0.1:1",
  });
  assert.deepEqual(own.lines, []);
  const { ENABLE_CHAT_LOGGING, USER_ID_SALT, IP_MODE, SUPABASE_URL } = own.found;
  assert.deepEqual({ ENABLE_CHAT_LOGGING, USER_ID_SALT, IP_MODE, SUPABASE_URL }, {
    ENABLE_CHAT_LOGGING: "false",
    USER_ID_SALT: "mine",
    IP_MODE: "truncate",
    SUPABASE_URL: "http://127.0.0.1:1",
  });
});

test("requests that come together after a function was killed start it once", async () => {
  const served = await startFunctions({ project, env: {}, log: () => undefined });
  try {
    const echo = served.find("echo");
    assert.ok(echo);
    await echo.ready();
    process.kill(echo.pid ?? 0, "SIGKILL");
    await sleep(500);
    const addresses = await Promise.all(Array.from({ length: 5 }, () => echo.ready()));
    assert.equal(new Set(addresses).size, 1);
  } finally {
    await served.stop();
  }
});

test("what config.toml says of a function counts, whatever its lines end with", async () => {
  const config = join(project, "supabase", "config.toml");
  const told = "[functions.echo] # ours\nverify_jwt = false # it asks itself\n";
  for (const text of [told, told.replaceAll("\n", "\r\n")]) {
    writeFileSync(config, text);
    const served = await startFunctions({ project, env: {}, log: () => undefined });
    assert.equal(served.find("echo")?.verifyJwt, false);
    await served.stop();
  }
  rmSync(config);
});
