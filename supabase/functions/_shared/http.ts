import { corsHeaders } from "./cors.ts";
import { errorBody, HttpError } from "./errors.ts";

interface Context {
  request: Request;
  requestId: string;
}

export interface RouteOptions {
  /** The name in the log. */
  route: string;
  methods: readonly string[];
  allowedOrigins: readonly string[];
  handle(context: Context): Promise<Response> | Response;
  log?: (line: string) => void;
}

/** What is the same in every function: CORS, the method, errors in one shape, one line of log a request. */
export function createRoute(
  options: RouteOptions,
): (request: Request) => Promise<Response> {
  const { route, methods, allowedOrigins, log = console.log } = options;
  return async (request) => {
    const began = performance.now();
    const requestId = crypto.randomUUID();
    const cors = corsHeaders(request, allowedOrigins, methods);
    const { response, code } = await answer(options, { request, requestId });
    for (const [name, value] of Object.entries(cors)) {
      response.headers.set(name, value);
    }
    response.headers.set("x-request-id", requestId);
    const ms = Math.round(performance.now() - began);
    log(
      JSON.stringify({ requestId, route, status: response.status, code, ms }),
    );
    return response;
  };
}

async function answer(
  options: RouteOptions,
  context: Context,
): Promise<{ response: Response; code: string }> {
  const { methods } = options;
  try {
    if (context.request.method === "OPTIONS") {
      return { response: new Response(null, { status: 204 }), code: "OK" };
    }
    if (!methods.includes(context.request.method)) {
      throw new HttpError(
        405,
        "METHOD_NOT_ALLOWED",
        `This route takes ${methods.join(", ")}`,
        {
          headers: { allow: [...methods, "OPTIONS"].join(", ") },
        },
      );
    }
    return { response: await options.handle(context), code: "OK" };
  } catch (error) {
    const known = error instanceof HttpError ? error : undefined;
    // The stack belongs in the log of the platform, never in an answer.
    if (!known) console.error(error);
    const response = Response.json(errorBody(error, context.requestId), {
      status: known?.status ?? 500,
      headers: known?.headers ?? {},
    });
    return { response, code: known?.code ?? "INTERNAL" };
  }
}

/** Whether the caller has this key, as a bearer token or as apikey; takes the same time for every wrong one. */
export async function hasKey(request: Request, key: string): Promise<boolean> {
  const bearer = /^Bearer\s+(\S+)$/i.exec(
    request.headers.get("authorization") ?? "",
  )?.[1];
  const given = [bearer, request.headers.get("apikey")].filter((value) =>
    value !== undefined && value !== null
  );
  const wanted = await digest(key);
  let found = false;
  for (const value of given) {
    const bytes = await digest(value);
    found = bytes.reduce((difference, byte, at) =>
          difference | (byte ^ (wanted[at] ?? 0)), 0) === 0 || found;
  }
  return found;
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)),
  );
}
