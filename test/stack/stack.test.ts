import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { stateDir } from "../../local/paths.ts";
import { freePort } from "../../local/ports.ts";
import { reset } from "../../local/supabase.ts";
import {
  client,
  ended,
  finish,
  flags,
  get,
  newFolder,
  type Ports,
  ports,
  start,
  type Started,
} from "./started.ts";

const password = "turnbase-demo";
const folder = newFolder();
after(() => rmSync(folder, { recursive: true, force: true }));

async function sql(stack: Started, text: string): Promise<Record<string, string>[]> {
  const db = new pg.Client({ connectionString: stack.dbUrl });
  await db.connect();
  try {
    return (await db.query<Record<string, string>>(text)).rows;
  } finally {
    await db.end();
  }
}

/** Asks until the answer has this status; the last status otherwise. */
async function status(stack: Started, path: string, wanted: number): Promise<number> {
  for (const end = Date.now() + 5000;; await sleep(50)) {
    const answer = await get(stack, path, { headers: { apikey: stack.anonKey } });
    await answer.arrayBuffer();
    if (answer.status === wanted || Date.now() > end) return answer.status;
  }
}

describe("a running stack", () => {
  const dataDir = join(folder, "running");
  let at: Ports;
  let stack: Started;
  before(async () => {
    at = await ports();
    const began = Date.now();
    stack = await start(at, dataDir);
    assert.ok(Date.now() - began < 15_000, `ready in ${Date.now() - began} ms`);
  });
  after(async () => {
    stack.child.kill("SIGTERM");
    await ended(stack.child);
  });

  test("prints what a client needs", () => {
    assert.equal(stack.apiUrl, `http://127.0.0.1:${at.api}`);
    assert.equal(stack.dbUrl, `postgresql://postgres:postgres@127.0.0.1:${at.db}/postgres`);
    for (const name of ["JWT secret", "service_role key", "ada@example.com", "Functions"]) {
      assert.match(stack.output(), new RegExp(name));
    }
    // The keys of every `supabase start`.
    assert.match(stack.output(), /publishable key: sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH/);
    assert.match(stack.output(), / secret key: sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz/);
    assert.match(stack.anonKey, /CRXP1A7WOeoJeXxjNni43kdQwgnWNReilDMblYTn_I0$/);
    assert.match(stack.serviceRoleKey, /EGIM96RAZx35lJzdJsyH-qQwv8Hdp7fsn3W0YpN81IU$/);
  });

  test("a second start says in one line what helps", async () => {
    const same = await finish(["start", ...flags(at, dataDir)]);
    assert.equal(same.code, 1);
    assert.match(
      same.output.trim(),
      /^the stack is already running on port \d+ \(process \d+\): .*--port.*$/,
    );
    const other = await finish(["start", ...flags(await ports(), dataDir)]);
    assert.equal(other.code, 1);
    assert.match(other.output.trim(), /^\S+ is in use by process \d+: .*--data-dir.*$/);
  });

  test("a taken port says so in one line", async () => {
    const busy = createServer();
    const port = await new Promise<number>((resolve) => {
      busy.listen(0, "127.0.0.1", () => {
        const address = busy.address();
        resolve(typeof address === "object" && address ? address.port : 0);
      });
    });
    const free = await ports();
    const api = await finish(["start", ...flags({ api: port, db: free.db }, join(folder, "no"))]);
    assert.equal(api.code, 1);
    assert.match(api.output.trim(), /^port \d+ is taken by another program: .*--port <port>$/);
    const db = await finish(["start", ...flags({ api: free.api, db: port }, join(folder, "no"))]);
    assert.equal(db.code, 1);
    assert.match(db.output.trim(), /^port \d+ is taken by another program: .*--db-port <port>$/);
    const both = await finish(["start", ...flags({ api: port, db: port }, join(folder, "no"))]);
    assert.equal(both.code, 1);
    assert.match(both.output.trim(), /^--port and --db-port are both \d+: .*$/);
    busy.close();
  });

  test("reset without a stack says so", async () => {
    const done = await finish(["reset", "--port", String(await freePort())]);
    assert.equal(done.code, 1);
    assert.match(done.output.trim(), /^No stack runs on port \d+: .*$/);
  });

  test("reset is of the running stack, and of no database that somebody else made", async () => {
    const tables = "/rest/v1/conversation_sessions";
    const port = ["--port", String(at.api)];
    const other = ["--db-url", "postgresql://me@127.0.0.1:1/other"];
    const named = await finish(["reset", ...port, ...other]);
    assert.equal(named.code, 1);
    assert.match(named.output.trim(), /^db:reset is of the stack that runs: .* --port .*$/);
    // The mark of what the stack has made.
    const [{ mark = "" } = {}] = await sql(
      stack,
      "select obj_description('auth'::regnamespace) as mark",
    );
    await sql(stack, "comment on schema auth is null");
    const foreign = await finish(["reset", ...port]);
    await sql(stack, `comment on schema auth is ${pg.escapeLiteral(mark)}`);
    assert.equal(foreign.code, 1);
    assert.match(
      foreign.output.trim(),
      /^.* is a Supabase project of its own: .* npx supabase db reset .*$/,
    );
    assert.notEqual(await status(stack, tables, 401), 404);
  });

  test("a seeded user signs in, refreshes, changes and signs out", async () => {
    const sb = client(stack);
    const signedIn = await sb.auth.signInWithPassword({ email: "ada@example.com", password });
    assert.equal(signedIn.error, null);
    assert.equal(signedIn.data.user?.email, "ada@example.com");
    const old = signedIn.data.session?.refresh_token ?? "";
    const refreshed = await sb.auth.refreshSession();
    assert.equal(refreshed.error, null);
    assert.notEqual(refreshed.data.session?.refresh_token, old);
    const changed = await sb.auth.updateUser({ data: { theme: "dark" } });
    assert.deepEqual(changed.data.user?.user_metadata["theme"], "dark");
    const { data } = await sb.auth.getUser();
    assert.equal(data.user?.id, signedIn.data.user?.id);
    assert.equal((await sb.auth.signOut()).error, null);
    const after = await client(stack).auth.refreshSession({ refresh_token: old });
    assert.equal(after.error?.code, "refresh_token_not_found");
  });

  test("the claims are the platform's", async () => {
    const { data } = await client(stack).auth.signInWithPassword({
      email: "grace@example.com",
      password,
    });
    const payload = data.session?.access_token.split(".")[1] ?? "";
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    assert.equal(claims.role, "authenticated");
    assert.equal(claims.aud, "authenticated");
    assert.equal(claims.is_anonymous, false);
    assert.equal(claims.iss, `${stack.apiUrl}/auth/v1`);
    assert.deepEqual(Object.keys(claims).filter((name) => claims[name] === undefined), []);
    for (
      const name of [
        "sub",
        "session_id",
        "email",
        "app_metadata",
        "user_metadata",
        "exp",
        "iat",
        "aal",
        "amr",
      ]
    ) {
      assert.ok(name in claims, name);
    }
  });

  test("sign-up, anonymous sign-up, and the anonymous user's account", async () => {
    const fresh = await client(stack).auth.signUp({ email: "New@Example.com", password });
    assert.equal(fresh.error, null);
    assert.equal(fresh.data.user?.email, "new@example.com");
    const twice = await client(stack).auth.signUp({ email: "new@example.com", password });
    assert.equal(twice.error?.code, "user_already_exists");
    const weak = await client(stack).auth.signUp({ email: "weak@example.com", password: "short" });
    assert.equal(weak.error?.code, "weak_password");
    const wrong = await client(stack).auth.signInWithPassword({
      email: "new@example.com",
      password: "wrong-one",
    });
    assert.equal(wrong.error?.code, "invalid_credentials");

    const visitor = client(stack);
    const anonymous = await visitor.auth.signInAnonymously();
    assert.equal(anonymous.data.user?.is_anonymous, true);
    const upgraded = await visitor.auth.updateUser({ email: "visitor@example.com", password });
    assert.equal(upgraded.error, null);
    assert.equal(upgraded.data.user?.is_anonymous, false);
    const back = await client(stack).auth.signInWithPassword({
      email: "visitor@example.com",
      password,
    });
    assert.equal(back.data.user?.id, anonymous.data.user?.id);
  });

  test("the service key makes and deletes users", async () => {
    const admin = client(stack, stack.serviceRoleKey).auth.admin;
    const made = await admin.createUser({
      email: "made@example.com",
      password,
      email_confirm: true,
    });
    assert.equal(made.error, null);
    const id = made.data.user?.id ?? "";
    assert.equal((await admin.getUserById(id)).data.user?.email, "made@example.com");
    assert.equal((await admin.deleteUser(id)).error, null);
    assert.equal((await admin.getUserById(id)).error?.code, "user_not_found");
    assert.ok((await client(stack).auth.admin.listUsers()).error);
  });

  test("a request needs an API key; the new kind works too", async () => {
    const none = await get(stack, "/rest/v1/");
    assert.equal(none.status, 401);
    assert.deepEqual(await none.json(), { message: "No API key found in request" });
    const wrong = await get(stack, "/rest/v1/", { headers: { apikey: "x" } });
    assert.deepEqual(await wrong.json(), { message: "Invalid API key" });
    const { error } = await client(stack, "sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz")
      .from("conversation_sessions").select("id").limit(1);
    assert.equal(error, null);
  });

  test("what is not there says what to use", async () => {
    for (const path of ["/storage/v1/bucket", "/realtime/v1/websocket"]) {
      const answer = await get(stack, path, { headers: { apikey: stack.anonKey } });
      assert.equal(answer.status, 501);
      const body: { message: string } = await answer.json();
      assert.match(body.message, /supabase start/);
    }
  });

  test("browsers may call the API from any origin", async () => {
    const answer = await get(stack, "/rest/v1/conversation_sessions", {
      method: "OPTIONS",
      headers: {
        origin: "http://localhost:3000",
        "access-control-request-headers": "apikey,prefer",
      },
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("access-control-allow-headers"), "apikey,prefer");
  });

  test("the health function answers without a token, by GET alone", async () => {
    const answer = await get(stack, "/functions/v1/health");
    assert.equal(answer.status, 200);
    assert.deepEqual(await answer.json(), {
      success: true,
      status: "ok",
      checks: ["database", "configuration", "store"].map((name) => ({ name, ok: true })),
    });
    const detailed = await client(stack, stack.serviceRoleKey).functions.invoke("health", {
      method: "GET",
    });
    assert.equal(typeof detailed.data.checks[0].ms, "number");
    assert.equal((await get(stack, "/functions/v1/health", { method: "POST" })).status, 405);
    assert.equal((await get(stack, "/functions/v1/no-such")).status, 404);
  });

  test("a visitor's chat starts without any set-up, with a salt of this checkout", async () => {
    const answer = await get(stack, "/functions/v1/chat-session/start", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ sessionToken: `sess_${randomUUID()}` }),
    });
    assert.equal(answer.status, 200, await answer.text());
    const salt = readFileSync(join(stateDir, "user-id-salt"), "utf8");
    assert.match(salt, /^[0-9a-f]{64}$/);
    assert.ok(!stack.output().includes(salt));
  });

  test("a new table and a reset from elsewhere are noticed", async () => {
    const path = "/rest/v1/noticed";
    assert.equal(await status(stack, path, 404), 404);
    await sql(
      stack,
      "create table public.noticed (id int); grant select on public.noticed to anon",
    );
    assert.equal(await status(stack, path, 200), 200);
    const { data } = await client(stack).auth.signUp({ email: "gone@example.com", password });
    const done = await reset(stack.dbUrl);
    assert.equal(done.code, 0, done.stderr);
    assert.equal(await status(stack, path, 404), 404);
    const { error } = await client(stack).auth.getUser(data.session?.access_token);
    assert.equal(error?.code, "user_not_found");
    const again = await client(stack).auth.signInWithPassword({
      email: "ada@example.com",
      password,
    });
    assert.equal(again.error, null);
  });
});
