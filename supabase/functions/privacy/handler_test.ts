import { assert, assertEquals, assertMatch } from "@std/assert";
import { createHash } from "node:crypto";
import type { Caller } from "../_shared/auth.ts";
import { HttpError, internal, unauthenticated } from "../_shared/errors.ts";
import { fakeDeps, fakeKeys, post, service, user, visitor } from "../_shared/fakes.ts";
import { type Storage, StorageError } from "../_shared/storage.ts";
import { createHandler } from "./handler.ts";

const line = (id: number) => `{"row": {"id": ${id}.12345678901234567890}, "table": "public.t"}`;
const row = (id: number) => ({ line: line(id), next_cursor: `after ${id}` });
const storedReceipt = {
  id: "3f0e8a52-6f0b-4a2e-9a3c-0d9a6f0f7b11",
  subject: null,
  erased_at: "2026-01-01T00:00:00+00:00",
  rows_erased: 2,
  counts: { "public.t": 2 },
  storage_objects: 0,
  audit_id: 1,
  audit_hash: "ab",
};
const down: Storage = {
  remove: () => Promise.reject(new StorageError("HTTP 501")),
  sign: () => Promise.reject(new StorageError("HTTP 501")),
};

/** A database that answers each RPC by its name, with the next of its answers; an error is thrown. */
function make(answers: Record<string, unknown[]>, variables: Record<string, string> = {}) {
  const deps = { ...fakeDeps(null, variables), storage: down };
  const env = { ...deps.env, STORAGE_TIMEOUT_MS: 1000 };
  const left = new Map(Object.entries({ take_rate_limit: [true], ...answers }));
  const { calls, lines } = deps;
  const handle = createHandler({
    ...deps,
    env,
    rpc: (caller, name, args) => {
      calls.push({
        caller: caller.kind,
        name,
        args: JSON.parse(JSON.stringify(args)),
      });
      const result = left.get(name)?.shift();
      return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
    },
  });
  return { handle, calls, lines };
}

Deno.test("an export is the lines as they are, and a manifest with their hash", async () => {
  const { handle, calls } = make({
    export_user_data: [[row(1), row(2)], [row(3)], []],
  });
  const response = await handle(post("privacy/export", {}, user));
  assertEquals(response.headers.get("content-type"), "application/x-ndjson");
  const text = await response.text();
  const body = [1, 2, 3].map((id) => `${line(id)}\n`).join("");
  assert(text.startsWith(body), text);
  const { manifest } = JSON.parse(text.slice(body.length));
  assertEquals(manifest.sha256, createHash("sha256").update(body).digest("hex"));
  assertEquals([manifest.subject, manifest.counts], ["user", {
    "public.t": 3,
  }]);
  const pages = calls.filter(({ name }) => name === "export_user_data");
  assertEquals(pages.map(({ args }) => args["p_cursor"]), [undefined, "after 2", "after 3"]);
});

Deno.test("pages are asked for as they are read, and no more when the reader has gone", async () => {
  const pages = Array.from({ length: 50 }, (_, at) => [row(at)]);
  const { handle, calls, lines } = make({ export_user_data: pages });
  const reader = (await handle(post("privacy/export", {}, user))).body
    ?.getReader();
  const asked = () => calls.filter(({ name }) => name === "export_user_data").length;
  await reader?.read();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(asked(), 1);
  await reader?.read();
  await reader?.cancel();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(asked(), 2);
  assertEquals(lines.length, 1);
  assertMatch(lines[0] ?? "", /"status":200,"code":"CLIENT_GONE"/);
});

Deno.test("what fails first is an answer, what fails later breaks off without a manifest", async () => {
  const refused = new HttpError(404, "SESSION_NOT_FOUND", "Session not found");
  const first = make({ export_user_data: [refused] });
  assertEquals((await first.handle(post("privacy/export", {}, user))).status, 404);
  const later = make({ export_user_data: [[row(1)], internal("57014")] });
  const reader = (await later.handle(post("privacy/export", {}, user))).body
    ?.getReader();
  assertEquals(
    new TextDecoder().decode((await reader?.read())?.value),
    `${line(1)}\n`,
  );
  const error = await reader?.read().then(() => undefined, (reason: Error) => reason);
  assertEquals(error?.message, "the answer broke off");
  assertMatch(later.lines[0] ?? "", /"status":200,"code":"INTERNAL".*"sqlstate":"57014"/);
});

Deno.test("a secret makes nobody a server", async () => {
  const userId = storedReceipt.id;
  for (const headers of [visitor, { ...service, ...visitor }]) {
    for (const body of [{}, { userId }, { userId, sessionToken: "t" }]) {
      for (
        const [route, more] of [["export", {}], ["erase", {
          confirm: true,
        }]] as const
      ) {
        const { handle, calls } = make({});
        const response = await handle(
          post(`privacy/${route}`, { ...body, ...more }, headers),
        );
        assertEquals(response.status, 400, JSON.stringify(body));
        assertEquals(calls, []);
      }
    }
  }
});

Deno.test("erase wants it said, and answers with the receipt", async () => {
  const unsaid = make({});
  assertEquals((await unsaid.handle(post("privacy/erase", {}, user))).status, 400);
  assertEquals(unsaid.calls, []);
  const { handle, calls } = make({ erase_user_data: [storedReceipt] });
  const answer = await (await handle(post("privacy/erase", { confirm: true }, user))).json();
  assertEquals(answer.receipt.rowsErased, 2);
  assertEquals(answer.objectsDeleted, 0);
  assertEquals(
    calls.map(({ caller, name }) => `${caller} ${name}`),
    ["user list_sessions", "service take_rate_limit", "user erase_user_data"],
  );
});

Deno.test("whatever becomes of the objects, the person is erased", async () => {
  for (
    const taken of [internal(), [{
      id: 1,
      bucket_id: "b",
      path: "p",
      leased_until: "2100-01-01",
    }]]
  ) {
    const { handle } = make({
      erase_user_data: [{ ...storedReceipt, storage_objects: 1 }],
      take_storage_deletions: [taken],
    });
    const response = await handle(post("privacy/erase", { confirm: true }, user));
    assertEquals([response.status, (await response.json()).objectsDeleted], [200, 0]);
  }
});

Deno.test("who calls too often is refused before anything is exported or erased", async () => {
  for (
    const [route, body] of [["export", {}], ["erase", {
      confirm: true,
    }]] as const
  ) {
    const { handle, calls } = make({ take_rate_limit: [false] });
    assertEquals(
      (await handle(post(`privacy/${route}`, body, user))).status,
      429,
    );
    assertEquals(calls.map(({ name }) => name), ["list_sessions", "take_rate_limit"]);
    assertMatch(String(calls[1]?.args["p_key"]), /^[0-9a-f]{32}$/);
  }
});

Deno.test("a token that is made up leaves nothing in the database, not even a count", async () => {
  for (const [route, body] of [["export", {}], ["erase", { confirm: true }]] as const) {
    const { handle, calls } = make({ list_sessions: [unauthenticated("Sign in again.")] });
    assertEquals((await handle(post(`privacy/${route}`, body, user))).status, 401);
    assertEquals(calls.map(({ caller, name }) => `${caller} ${name}`), ["user list_sessions"]);
  }
});

Deno.test("where the files are is asked with the key that a server sent", async () => {
  const deps = { ...fakeDeps(null), storage: down };
  const callers: Caller[] = [];
  const handle = createHandler({
    ...deps,
    env: { ...deps.env, STORAGE_TIMEOUT_MS: 1000 },
    rpc: (caller) => {
      callers.push(caller);
      return Promise.reject(unauthenticated("Switched off."));
    },
  });
  const body = { confirm: true, sessionToken: "test_123" };
  assertEquals((await handle(post("privacy/erase", body, service))).status, 401);
  assertEquals(callers, [{ kind: "service", key: fakeKeys.SUPABASE_SERVICE_ROLE_KEY }]);
});
