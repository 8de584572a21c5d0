import type { Case, Read } from "../case.ts";
import { key } from "../data/keys.ts";

const view: Read = {
  kind: "read",
  label: "provider_usage_stats",
  side: "product",
  database: "product",
  as: { role: "analyst" },
  calls: 50,
  sql: "select * from public.provider_usage_stats",
  values: () => [],
};
const own = "provider_usage_stats, one's own, by a user";
const baseline = "baseline: view over the messages";

export const providerUsageStats: Case = {
  name: "provider_usage_stats",
  measures:
    "Requests, tokens, cost and latency by provider over everybody's last 30 days, read by " +
    "an analyst: 10,000 people at 200 thousand messages, 100,000 at 2 million; and one's own, by one of them.",
  set: "usage",
  growth: [view.label, own, baseline],
  variants: () => [
    view,
    { ...view, label: own, as: { role: "authenticated", user: key("user", 777) } },
    {
      ...view,
      label: baseline,
      side: "baseline",
      database: "baseline",
      // It knows no analyst: who reads everybody's rows there goes past row level security.
      as: { role: "service_role" },
    },
  ],
  targets: [
    {
      kind: "faster",
      of: view.label,
      against: baseline,
      times: 100,
      size: "2m",
      says: "everybody's usage by provider, beside the baseline's view: at least 100 times as fast",
    },
    {
      kind: "growth",
      of: view.label,
      from: "200k",
      times: 1.5,
      says: "everybody's usage at 2 M messages, beside 200 k: at most 1.5 times as long",
    },
    {
      kind: "growth",
      of: own,
      from: "200k",
      times: 1.5,
      says: "a user's own usage at 2 M messages, beside 200 k: at most 1.5 times as long",
    },
  ],
};
