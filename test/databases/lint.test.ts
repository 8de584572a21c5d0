import assert from "node:assert/strict";
import { test } from "node:test";
import { lint } from "../../local/supabase.ts";
import { openServer, scratchDatabase } from "../run/server.ts";

test("supabase db lint reports nothing", { timeout: 120_000 }, async (t) => {
  await using server = await openServer();
  // A database of its own: the command leaves the extension plpgsql_check in it.
  await using scratch = await scratchDatabase(server.adminUrl);
  const result = await lint(scratch.database.adminUrl);
  if (/plpgsql_check.*is not available/.test(result.stderr)) {
    t.skip("this server has no plpgsql_check");
    return;
  }
  assert.equal(result.code, 0, result.stdout + result.stderr);
  assert.match(result.stdout + result.stderr, /No schema errors found/);
});
