import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { embedText, modelName } from "../../supabase/functions/embed/deterministic.ts";
import { type Api, type Client, good, newSession, openTestApi } from "./support.ts";

/**
 * Messages, and searches for one of them each. What stands for a model here knows spellings and no meaning: this tests
 * how two searches become one, and says nothing of how well anything is found.
 */
const labelled = readLabelled();
const shared = new Set(
  labelled.queries.filter(({ query, relevant }) =>
    words(query).some((word) => words(labelled.messages[relevant]?.content ?? "").includes(word))
  ),
);

let api: Api;
let client: Client;
const ids: string[] = [];

before(async () => {
  api = await openTestApi();
  ({ client } = await api.user());
  const service = api.service();
  const p_session_id = await newSession(client);
  assert.equal((await service.rpc("set_embedding_model", { p_model: modelName })).error, null);
  const written = good(
    await client.rpc("append_messages", { p_session_id, p_messages: labelled.messages }),
  );
  ids.push(...written.map(({ id }) => id));
  for (;;) {
    const jobs = good(await service.rpc("claim_embedding_jobs", { p_limit: 100 }));
    if (jobs.length === 0) break;
    const results = good(
      await service.rpc("complete_embedding_jobs", {
        p_results: jobs.map(({ message_id, content, content_hash, model }) => ({
          message_id,
          content_hash,
          model,
          embedding: embedText(content, 384),
        })),
      }),
    );
    // Files that run at the same time write messages too.
    const own = results.filter(({ message_id }) => ids.includes(message_id));
    assert.deepEqual(own.filter(({ outcome }) => outcome !== "embedded"), []);
  }
}, { timeout: 60_000 });

after(async () => {
  await api.service().rpc("set_embedding_model", { p_model: modelName, p_enabled: false });
  await api[Symbol.asyncDispose]();
});

interface Labelled {
  messages: { role: "user" | "assistant"; content: string }[];
  queries: { query: string; relevant: number }[];
}

function readLabelled(): Labelled {
  const text = readFileSync(new URL("./fixtures/labelled.json", import.meta.url), "utf8");
  // Written by hand, in the form above.
  return JSON.parse(text) as Labelled;
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

test("the set: most searches share no word with their message", () => {
  const { messages, queries } = labelled;
  assert.ok(messages.length >= 200 && queries.length >= 60);
  assert.ok(queries.every(({ relevant }) => messages[relevant]));
  assert.ok(shared.size * 2 <= queries.length, `${shared.size} of ${queries.length}`);
});

test("places and score are those of the two searches it is made of", async () => {
  let both = 0;
  for (const { query: text } of labelled.queries.filter((_, at) => at % 2 === 0)) {
    const query = words(text).join(" or ");
    const p_embedding = embedText(text, 384);
    const [hybrid, lexical, semantic] = await Promise.all([
      client.rpc("hybrid_search_messages", { p_query: query, p_embedding, p_limit: 20 }),
      client.rpc("search_messages", { p_query: query, p_limit: 60 }),
      client.rpc("match_messages", { p_embedding, p_limit: 60 }),
    ]);
    const places = (rows: { message_id: string }[]) =>
      new Map(rows.map(({ message_id }, at) => [message_id, at + 1]));
    const [byWords, byMeaning] = [places(good(lexical)), places(good(semantic))];
    const score = (id: string) =>
      [byWords, byMeaning].reduce((sum, places) => {
        const place = places.get(id);
        return place === undefined ? sum : sum + 1 / (60 + place);
      }, 0);
    const rows = good(hybrid);
    assert.equal(rows.length, 20);
    for (const [at, row] of rows.entries()) {
      assert.equal(row.full_text_rank, byWords.get(row.message_id) ?? null, query);
      assert.equal(row.semantic_rank, byMeaning.get(row.message_id) ?? null, query);
      assert.ok(Math.abs(row.score - score(row.message_id)) < 1e-12, query);
      assert.ok(row.score <= (rows[at - 1]?.score ?? Infinity), query);
      if (row.full_text_rank !== null && row.semantic_rank !== null) both++;
    }
    // Nothing that was left out has a higher score.
    const found = new Set(rows.map(({ message_id }) => message_id));
    const last = rows.at(-1)?.score ?? 0;
    for (const id of [...byWords.keys(), ...byMeaning.keys()]) {
      if (!found.has(id)) assert.ok(score(id) <= last + 1e-12, query);
    }
  }
  assert.ok(both > 0);
});

test("a message is found by its own words, through either search", async () => {
  for (const at of [0, 42, 117]) {
    const { content = "" } = labelled.messages[at] ?? {};
    const p_query = words(content).join(" ");
    const p_embedding = embedText(content, 384);
    for (const weights of [{}, { p_semantic_weight: 0 }, { p_full_text_weight: 0 }]) {
      const [first] = good(
        await client.rpc("hybrid_search_messages", { p_query, p_embedding, ...weights }),
      );
      assert.equal(first?.message_id, ids[at], content);
    }
  }
});

test("a search for nothing finds what is meant", async () => {
  for (const p_query of ["", "   ", "%", "'; drop table x; --", "((", '"', "x".repeat(10_000)]) {
    const rows = good(
      await client.rpc("hybrid_search_messages", {
        p_query,
        p_embedding: embedText("parcel", 384),
      }),
    );
    assert.equal(rows.length, 20, p_query.slice(0, 20));
  }
});
