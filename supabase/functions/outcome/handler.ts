import { findCaller } from "../_shared/auth.ts";
import { createFunction } from "../_shared/http.ts";
import { callerArgs, type ChatDeps } from "../_shared/rpc.ts";
import { parse } from "../_shared/schemas.ts";
import { outcomeBody } from "./schema.ts";

/** POST outcome: what came of a session; what is left out keeps its value. */
export function createHandler({ env, rpc, log }: ChatDeps) {
  return createFunction({
    name: "outcome",
    allowedOrigins: env.ALLOWED_ORIGINS,
    loggingEnabled: env.ENABLE_CHAT_LOGGING,
    log,
    routes: {
      "": {
        method: "POST",
        logsChats: true,
        handle: async ({ request, json }) => {
          const caller = await findCaller(request, env);
          const { value } = parse(outcomeBody, await json(), caller);
          await rpc(caller, "record_outcome", {
            ...await callerArgs(caller, request, env, value),
            p_products_viewed: value.productsViewed,
            p_products_added_to_cart: value.productsAddedToCart,
            p_query_type: value.queryType,
            p_conversion_occurred: value.conversionOccurred,
            p_conversion_value_usd: value.conversionValueUsd,
          });
          return { success: true };
        },
      },
    },
  });
}
