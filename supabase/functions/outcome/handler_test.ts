import { assertEquals } from "@std/assert";
import { fakeDeps, post, service } from "../_shared/fakes.ts";
import { createHandler } from "./handler.ts";

const sessionId = "3f0e8a52-6f0b-4a2e-9a3c-0d9a6f0f7b11";

Deno.test("one call with what was given, and nothing for what was left out", async () => {
  const deps = fakeDeps({});
  const handle = createHandler(deps);
  await handle(post("outcome", {
    sessionId,
    productsViewed: ["a", "b"],
    productsAddedToCart: [],
    queryType: "sizing",
    conversionOccurred: false,
    conversionValueUsd: 0,
  }, service));
  await handle(post("outcome", { sessionId, conversionOccurred: true }, service));
  const name = "record_outcome";
  assertEquals(deps.calls, [
    {
      caller: "service",
      name,
      args: {
        p_session_id: sessionId,
        p_products_viewed: ["a", "b"],
        p_products_added_to_cart: [],
        p_query_type: "sizing",
        p_conversion_occurred: false,
        p_conversion_value_usd: 0,
      },
    },
    { caller: "service", name, args: { p_session_id: sessionId, p_conversion_occurred: true } },
  ]);
});

Deno.test("an unexpected error answers 500", async () => {
  const handle = createHandler(fakeDeps(new Error("secrets of the database")));
  const response = await handle(post("outcome", { sessionId, queryType: "a" }, service));
  assertEquals(response.status, 500);
});
