import assert from "node:assert/strict";
import dns from "node:dns";
import { test } from "node:test";
import { withDatabase } from "../../cli/database.ts";
import { openUrl } from "../../local/engines/url.ts";

test("a server that is not there is told by why, where its name has several addresses", async (t) => {
  const both = [{ address: "::1", family: 6 }, { address: "127.0.0.1", family: 4 }];
  // As most machines have it in /etc/hosts, but not all.
  t.mock.method(dns, "lookup", (_: string, __: unknown, done: (...found: unknown[]) => void) => {
    done(null, both);
  });
  const url = "postgresql://postgres@localhost:1/postgres";
  const said = /(ECONNREFUSED|EADDRNOTAVAIL)/;
  await assert.rejects(withDatabase(url, () => Promise.resolve()), said);
  await assert.rejects(openUrl(url), said);
});
