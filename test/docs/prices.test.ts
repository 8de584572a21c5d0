import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import pg from "pg";
import { startDatabase } from "../../local/database.ts";
import { root } from "../../local/paths.ts";
import { codeIn } from "../readme/blocks.ts";

test("every SQL block of docs/prices.md runs, and does what the page says", async () => {
  const page = readFileSync(join(root, "docs", "prices.md"), "utf8");
  const [renew, find, add] = codeIn(page, "sql");
  assert.ok(renew && find && add);
  await using database = await startDatabase({ engine: "pglite", dataDir: "memory", port: 0 });
  const client = new pg.Client({ connectionString: database.dbUrl });
  await client.connect();
  try {
    const { rows: [table] } = await client.query<{ count: string }>(
      "select count(*) from public.model_prices where provider <> 'self-hosted'",
    );
    assert.match(
      page,
      new RegExp(`^${table?.count} prices of OpenAI, Anthropic, Google and Mistral`, "m"),
    );
    await client.query(
      `insert into public.model_prices (
         provider, model, min_input_tokens, validity, input_usd_per_mtok, output_usd_per_mtok, source, source_date
       )
       values ('openai', 'gpt-4o', 500000, tstzrange('2024-08-06', null), 5, 20, 'a long prompt', current_date)`,
    );
    await client.query(renew);
    const { rows: prices } = await client.query(
      `select p.min_input_tokens as from_tokens, p.input_usd_per_mtok::float as input
       from public.model_prices as p
       where p.provider = 'openai' and p.model = 'gpt-4o' and p.service_tier = 'standard'
         and p.validity @> '2027-01-02'::timestamptz
       order by 1`,
    );
    assert.deepEqual(prices, [{ from_tokens: 0, input: 2 }, { from_tokens: 500000, input: 5 }]);

    await client.query(
      `with session as (
         insert into public.conversation_sessions (user_id) select id from auth.users limit 1 returning id
       )
       insert into public.conversation_messages (
         session_id, role, content, provider, model_used, service_tier, input_tokens, tokens_used
       )
       select s.id, 'assistant', 'a', m.provider, m.model, m.tier, m.input, 100
       from session as s
       cross join (values
         ('self-hosted', 'my-model', null, 100), ('openai', 'gpt-4o', 'no-such-tier', 100),
         ('openai', 'gpt-4o', null, null), ('openai', 'gpt-4o', null, 100)
       ) as m (provider, model, tier, input)`,
    );
    const missing = async () =>
      (await client.query<Record<string, string>>(find)).rows
        .map((row) =>
          `${row["model_used"]} ${row["service_tier"] ?? "-"} ${row["calls"]} ${
            row["without_tokens"]
          }`
        )
        .sort();
    assert.deepEqual(await missing(), [
      "gpt-4o - 1 1",
      "gpt-4o no-such-tier 1 0",
      "my-model - 1 0",
    ]);
    const { rows: [repricing] } = (await client.query(add) as unknown as pg.QueryResult[])[1] ??
      { rows: [] };
    assert.equal(repricing.messages_changed, "1");
    assert.deepEqual(await missing(), ["gpt-4o - 1 1", "gpt-4o no-such-tier 1 0"]);
  } finally {
    await client.end();
  }
});
