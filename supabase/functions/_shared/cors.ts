/** Headers for a browser on an allowed origin; none for any other. `*` in the list allows all. */
export function corsHeaders(
  request: Request,
  allowedOrigins: readonly string[],
  methods: readonly string[],
): Record<string, string> {
  const origin = request.headers.get("origin");
  const any = allowedOrigins.includes("*");
  if (!origin || !(any || allowedOrigins.includes(origin))) {
    return { vary: "Origin" };
  }
  return {
    "access-control-allow-origin": any ? "*" : origin,
    "access-control-allow-methods": [...methods, "OPTIONS"].join(", "),
    "access-control-allow-headers":
      "authorization, apikey, content-type, x-client-info, x-region, x-session-secret",
    "access-control-expose-headers": "retry-after, x-request-id",
    "access-control-max-age": "3600",
    vary: "Origin",
  };
}
