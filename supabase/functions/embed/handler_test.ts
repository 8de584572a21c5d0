import { assert, assertEquals, assertMatch } from "@std/assert";
import { readEnv } from "../_shared/env.ts";
import { fakeKeys, post, service, user } from "../_shared/fakes.ts";
import { embedText, modelName } from "./deterministic.ts";
import { embedEnv } from "./env.ts";
import { createHandler } from "./handler.ts";
import { chooseProvider, type Provider, ProviderError } from "./providers.ts";

const model = "test";
const job = (id: string) => ({
  message_id: id,
  content: `text ${id}`,
  content_hash: "00",
  model,
  attempts: id.startsWith("late") ? 4 : 1,
});

/** A database with these jobs, and a record of what it was called with. */
function fake(
  provider: Provider | undefined,
  ids: string[],
  stats: Record<string, unknown> = {},
) {
  const calls: [name: string, args: Record<string, unknown>][] = [];
  const waiting = [...ids];
  const items = (args: Record<string, unknown>, key: string) => {
    const list: unknown = args[key];
    assert(Array.isArray(list));
    return list.map((item: { message_id: string }) => item.message_id);
  };
  let time = 0;
  const handle = createHandler({
    env: readEnv(embedEnv, fakeKeys),
    provider,
    now: () => time += 1000,
    log: () => undefined,
    rpc: (caller, name, args) => {
      // With the key that was sent: one that was switched off must not spend on texts.
      assertEquals(caller, { kind: "service", key: fakeKeys.SUPABASE_SERVICE_ROLE_KEY });
      calls.push([name, args]);
      switch (name) {
        case "embedding_queue_stats":
          return Promise.resolve({ model, is_enabled: true, due: waiting.length, ...stats });
        case "claim_embedding_jobs":
          return Promise.resolve(waiting.splice(0, Number(args["p_limit"])).map(job));
        case "complete_embedding_jobs":
          return Promise.resolve(
            items(args, "p_results").map((message_id) => ({ message_id, outcome: "embedded" })),
          );
        default:
          return Promise.resolve(
            items(args, "p_failures").map((message_id, at) => ({
              message_id,
              outcome: at === 0 ? "failed" : "dead",
            })),
          );
      }
    },
  });
  const call = async (body: unknown = {}, headers: Record<string, string> = service) => {
    const response = await handle(post("embed", body, headers));
    return { status: response.status, body: await response.json() };
  };
  return { call, calls, names: () => calls.map(([name]) => name) };
}

const ids = (count: number) => Array.from({ length: count }, (_, at) => String(at));
const works: Provider = {
  model,
  embed: (texts) => Promise.resolve(texts.map((text) => [text.length])),
};

Deno.test("what is due is embedded in batches, up to the limit", async () => {
  const { call, calls, names } = fake(works, ids(50));
  assertEquals(await call({ limit: 40 }), {
    status: 200,
    body: { success: true, embedded: 40, failed: 0, dead: 0, remaining: 10 },
  });
  const batch = ["claim_embedding_jobs", "complete_embedding_jobs"];
  assertEquals(names(), ["embedding_queue_stats", ...batch, ...batch, "embedding_queue_stats"]);
  assertEquals(calls[3]?.[1], { p_limit: 8 });
  const [first] = Object.values(calls[2]?.[1] ?? {}).flat();
  assertEquals(first, { message_id: "0", content_hash: "00", model, embedding: [6] });
});

Deno.test("a text that fails does not hold up the others", async () => {
  const provider: Provider = {
    model,
    embed: (texts) =>
      Promise.resolve(texts.map((_, at) => at > 0 ? new ProviderError("bad", true) : [1])),
  };
  const { call, calls } = fake(provider, ids(3));
  const { body } = await call();
  assertEquals(body, { success: true, embedded: 1, failed: 1, dead: 1, remaining: 0 });
  assertEquals(calls.find(([name]) => name === "fail_embedding_jobs")?.[1], {
    p_failures: [{ message_id: "1", error: "bad" }, { message_id: "2", error: "bad" }],
  });
});

Deno.test("a provider that is down takes one batch, and nothing more", async () => {
  const provider = { model, embed: () => Promise.reject(new ProviderError("unreachable")) };
  const { call, names } = fake(provider, ids(100));
  const { body } = await call();
  assertEquals([body.embedded, body.failed + body.dead, body.remaining], [0, 32, 68]);
  assertEquals(names().filter((name) => name === "claim_embedding_jobs").length, 1);
});

Deno.test("before they are given up, texts are tried alone", async () => {
  const sizes: number[] = [];
  const provider: Provider = {
    model,
    embed: (texts) => {
      sizes.push(texts.length);
      if (texts.some((text) => text.endsWith("bad"))) {
        return Promise.reject(new ProviderError("HTTP 500"));
      }
      return Promise.resolve(texts.map(() => [1]));
    },
  };
  const one = await fake(provider, ["late", "late bad", "3"]).call();
  assertEquals(one.body, { success: true, embedded: 2, failed: 1, dead: 0, remaining: 0 });
  assertEquals(sizes.splice(0), [1, 1, 1]);
  // After two in a row nobody is asked any more.
  const two = await fake(provider, ["late bad", "bad", "3", "4"]).call();
  assertEquals([two.body.embedded, two.body.failed + two.body.dead], [0, 4]);
  assertEquals(sizes, [1, 1]);
});

Deno.test("no other batch is begun when the time is over", async () => {
  const { call, names } = fake(works, ids(1000));
  assertEquals((await call({ limit: 1000 })).body.embedded, 29 * 32);
  assertEquals(names().at(-1), "embedding_queue_stats");
});

Deno.test("off, or without a provider of the model, nothing is taken", async () => {
  const off = fake(undefined, ids(1), { is_enabled: false });
  assertEquals((await off.call()).body, {
    success: true,
    embedded: 0,
    failed: 0,
    dead: 0,
    remaining: 0,
  });
  for (const provider of [undefined, { ...works, model: "other" }]) {
    const { call, names } = fake(provider, ids(1));
    const { status, body } = await call();
    assertEquals([status, body.error.code], [503, "NOT_CONFIGURED"]);
    assertEquals(names(), ["embedding_queue_stats"]);
  }
});

Deno.test("the service alone may call, with a limit of 1 to 1000", async () => {
  const { call, calls } = fake(works, ids(1));
  assertEquals((await call({}, user)).status, 401);
  assertEquals((await call({}, {})).status, 401);
  for (const body of [{ limit: 0 }, { limit: 1001 }, { limit: "1" }, { other: 1 }, []]) {
    assertEquals((await call(body)).status, 400);
  }
  assertEquals(calls, []);
});

const endpoint = { EMBEDDING_API_URL: "https://api.example/v1/", EMBEDDING_MODEL: "small" };

function openAi(
  answer: (input: string[]) => Response | Promise<Response>,
  more: Record<string, string> = {},
) {
  const sent: { url: string; body: Record<string, unknown>; key: string | null }[] = [];
  const env = readEnv(embedEnv, { ...fakeKeys, ...endpoint, ...more });
  const provider = chooseProvider(env, undefined, async (input, init) => {
    const request = new Request(input, init);
    const body = await request.json();
    sent.push({ url: request.url, body, key: request.headers.get("authorization") });
    init?.signal?.throwIfAborted();
    return await answer(body.input);
  });
  assert(provider);
  const embed = async (...texts: string[]) => {
    try {
      const vectors = await provider.embed(texts);
      return vectors.map((vector) => vector instanceof Error ? vector.message : vector);
    } catch (error) {
      assert(error instanceof ProviderError, String(error));
      return error.message;
    }
  };
  return { sent, embed, provider };
}

const vectorsOf = (input: string[]) =>
  Response.json({
    data: input.map((text, index) => ({ index, embedding: [text.length] })).reverse(),
  });

Deno.test("an endpoint is asked once for a batch, and its answer sorted", async () => {
  const { sent, embed, provider } = openAi(vectorsOf, { EMBEDDING_API_KEY: "k" });
  assertEquals(provider.model, "small");
  assertEquals(await embed("a", "bb"), [[1], [2]]);
  assertEquals(sent, [{
    url: "https://api.example/v1/embeddings",
    key: "Bearer k",
    body: { model: "small", input: ["a", "bb"], dimensions: 384, encoding_format: "float" },
  }]);
});

Deno.test("an endpoint that takes no dimensions is not sent any", async () => {
  const { sent, embed } = openAi(vectorsOf, { EMBEDDING_SEND_DIMENSIONS: "false" });
  assertEquals(await embed("a"), [[1]]);
  assertEquals(sent[0]?.body, { model: "small", input: ["a"], encoding_format: "float" });
});

Deno.test("a text that it refuses is found, and the others are embedded", async () => {
  const { sent, embed } = openAi((input) =>
    input.includes("bad") ? new Response("bad is too long", { status: 400 }) : vectorsOf(input)
  );
  assertEquals(await embed("a", "bad", "bb"), [[1], "HTTP 400", [2]]);
  assertEquals(sent.length, 4);
});

Deno.test("of a text that is too long for it, the beginning is embedded", async () => {
  const { sent, embed } = openAi((input) =>
    input.some((text) => text.length > 1600)
      ? new Response("at most 512 tokens", { status: 413 })
      : vectorsOf(input)
  );
  const long = "x".repeat(6000);
  assertEquals(await embed(long), [[1500]]);
  assertEquals(sent.length, 3);
  assertEquals(await embed("a", long, `${"x".repeat(999)}\u{1F600}${"x".repeat(999)}`), [
    [1],
    [1500],
    [999],
  ]);
});

Deno.test("a text that is refused for something else is not asked about for ever", async () => {
  const { sent, embed } = openAi(() => new Response(null, { status: 400 }));
  assertEquals(await embed("x".repeat(6000)), ["HTTP 400"]);
  assertEquals(sent.map(({ body }) => String(body["input"]).length), [6000, 3000, 1500, 750, 375]);
});

for (
  const [name, answer, message] of [
    ["too many calls", () => new Response(null, { status: 429 }), "HTTP 429"],
    ["a wrong key", () => new Response(null, { status: 401 }), "HTTP 401"],
    ["a failure", () => new Response("at secret.ts", { status: 500 }), "HTTP 500"],
    ["no JSON", () => new Response("<html>"), "an answer that is no JSON"],
    ["another form", () => Response.json({ vectors: [] }), "an answer of another form"],
    ["nobody there", () => Promise.reject(new TypeError("connect 10.0.0.1")), "unreachable"],
  ] as const
) {
  Deno.test(`an endpoint's ${name} is one short word of the provider`, async () => {
    assertEquals(await openAi(answer).embed("a", "b"), message);
  });
}

Deno.test("vectors that are missing fail alone", async () => {
  const { embed } = openAi((input) => vectorsOf(input.slice(1)));
  assertEquals(await embed("a", "bb"), [[2], "no vector"]);
});

Deno.test("so do those with something else among their numbers", async () => {
  const answer = (input: string[]) =>
    Response.json({
      data: input.map((text, index) => ({ index, embedding: text === "bad" ? [null] : [1] })),
    });
  const together = openAi(answer);
  const alone = openAi((input) =>
    input.length > 1 ? new Response(null, { status: 400 }) : answer(input)
  );
  for (const { embed } of [together, alone]) {
    assertEquals(await embed("a", "bad", "b"), [[1], "no vector", [1]]);
  }
});

Deno.test("an endpoint that has no vector for any text is asked about one batch", async () => {
  const noVectors = (input: string[]) =>
    Response.json({ data: input.map((_, index) => ({ index, embedding: [null] })) });
  for (const answer of [() => new Response(null, { status: 400 }), noVectors]) {
    const { provider } = openAi(answer);
    // Together, and one by one.
    for (const first of ["0", "late"]) {
      const { call, names } = fake({ ...provider, model }, [first, ...ids(99)]);
      const { body } = await call();
      assertEquals([body.failed + body.dead, body.remaining], [32, 68]);
      assertEquals(names().filter((name) => name === "claim_embedding_jobs").length, 1);
    }
  }
});

Deno.test("what an endpoint came to before it failed is kept", async () => {
  const { sent, embed } = openAi((input) =>
    sent.length === 1
      ? new Response(null, { status: 400 })
      : input.includes("bb")
      ? new Response(null, { status: 429 })
      : vectorsOf(input)
  );
  assertEquals(await embed("a", "bb", "ccc"), [[1], "HTTP 429", "HTTP 429"]);
  assertEquals(sent.length, 3);
});

Deno.test("texts are not tried alone for longer than one call may take", async () => {
  const { embed } = openAi(async (input) => {
    if (input.length > 1) return new Response(null, { status: 400 });
    if (input[0] === "bb") await new Promise((resolve) => setTimeout(resolve, 1100));
    return vectorsOf(input);
  }, { EMBEDDING_TIMEOUT_MS: "1000" });
  assertEquals(await embed("a", "bb", "ccc"), [[1], [2], "timeout"]);
});

Deno.test("an endpoint that does not answer is given up", async () => {
  const { embed } = openAi(
    () =>
      new Promise((_, reject) =>
        setTimeout(() => reject(new DOMException("x", "TimeoutError")), 40)
      ),
    { EMBEDDING_TIMEOUT_MS: "20" },
  );
  assertEquals(await embed("a"), "timeout");
});

Deno.test("the runtime's own model is used where there is one", async () => {
  const asked: unknown[] = [];
  class Session {
    constructor(name: string) {
      asked.push(name);
    }
    run(text: string, options: unknown): Promise<unknown> {
      asked.push(options);
      if (text === "slow") return new Promise(() => undefined);
      return text === "bad"
        ? Promise.reject(new Error("text"))
        : Promise.resolve(text === "odd" ? {} : [1]);
    }
  }
  const env = readEnv(embedEnv, { ...fakeKeys, ...endpoint, EMBEDDING_TIMEOUT_MS: "500" });
  const provider = chooseProvider(env, { Session });
  assertEquals(provider?.model, "gte-small");
  const vectors = await provider?.embed(["good", "bad", "odd"]);
  assertEquals(vectors?.map((vector) => vector instanceof Error ? vector.message : vector), [
    [1],
    "the model failed",
    "no vector",
  ]);
  assertEquals(asked.slice(0, 2), ["gte-small", { mean_pool: true, normalize: true }]);
  const late = await provider?.embed(["slow"]).catch((error: unknown) => error);
  assert(late instanceof ProviderError && late.message === "timeout" && !late.isOfText);
  // What it came to in time is kept.
  const some = await provider?.embed(["good", "slow", "good"]);
  assertEquals(some?.map((vector) => vector instanceof Error ? vector.message : vector), [
    [1],
    "timeout",
    "timeout",
  ]);
});

Deno.test("a provider that came to some texts only is given a rest", async () => {
  const provider: Provider = {
    model,
    embed: (texts) =>
      Promise.resolve(texts.map((_, at) => at < 20 ? [1] : new ProviderError("timeout"))),
  };
  const { call, names } = fake(provider, ids(100));
  const { body } = await call();
  assertEquals([body.embedded, body.failed + body.dead, body.remaining], [20, 12, 68]);
  assertEquals(names().filter((name) => name === "claim_embedding_jobs").length, 1);
});

Deno.test("EMBEDDING_PROVIDER decides, and nothing is made up without it", () => {
  const choose = (variables: Record<string, string>) =>
    chooseProvider(readEnv(embedEnv, { ...fakeKeys, ...variables }), undefined)?.model;
  assertEquals(choose({}), undefined);
  assertEquals(choose({ EMBEDDING_API_URL: endpoint.EMBEDDING_API_URL }), undefined);
  assertEquals(choose({ EMBEDDING_PROVIDER: "openai" }), undefined);
  assertEquals(choose({ EMBEDDING_PROVIDER: "gte-small", ...endpoint }), undefined);
  assertEquals(choose(endpoint), "small");
  assertEquals(choose({ EMBEDDING_PROVIDER: "deterministic", ...endpoint }), modelName);
});

Deno.test("the deterministic one says what it is, and gives a vector of length 1 for any text", async () => {
  assertMatch(modelName, /not-a-language-model/);
  const env = readEnv(embedEnv, { ...fakeKeys, EMBEDDING_PROVIDER: "deterministic" });
  const texts = [
    "Where is my parcel?",
    "where is my parcel",
    "My parcels!",
    "\u{1F600}",
    " ",
    "犬は好き",
  ];
  const vectors = await chooseProvider(env)?.embed(texts) ?? [];
  const similarity = (one: unknown, other: unknown) => {
    assert(Array.isArray(one) && Array.isArray(other));
    assertEquals([one.length, other.length], [384, 384]);
    return one.reduce((sum, value, at) => sum + value * other[at], 0);
  };
  for (const vector of vectors) assert(Math.abs(similarity(vector, vector) - 1) < 1e-9);
  assertEquals(vectors[0], vectors[1]);
  assert(similarity(vectors[0], vectors[2]) > 0.2);
  assertEquals(embedText("a b", 384), embedText("b a", 384));
});
