import { corsHeaders } from "./cors.ts";
import { errorBody, HttpError, invalid } from "./errors.ts";
import { parseJson } from "./json.ts";

export interface Context {
  request: Request;
  url: URL;
  /** The body of a POST as JSON; refused when it is larger than the route takes. */
  json(): Promise<unknown>;
}

/** An answer that is sent as its parts are asked for. Until the first is there, it fails like any other. */
export class Stream {
  readonly contentType: string;
  readonly parts: AsyncGenerator<string>;

  constructor(contentType: string, parts: AsyncGenerator<string>) {
    this.contentType = contentType;
    this.parts = parts;
  }
}

export interface Route {
  method: "GET" | "POST";
  /** Of the body; 64 KiB by default. */
  maxBytes?: number;
  /** Whether it stands still while ENABLE_CHAT_LOGGING is not 'true'. */
  logsChats?: boolean;
  handle(
    context: Context,
  ): Promise<Response | Stream | Record<string, unknown>>;
}

export interface FunctionOptions {
  name: string;
  /** By what follows the function's name in the path; '' is the function itself. */
  routes: Readonly<Record<string, Route>>;
  allowedOrigins: readonly string[];
  loggingEnabled?: boolean;
  log?: ((line: string) => void) | undefined;
}

const defaultMaxBytes = 64 * 1024;
/** What is the same in every function: paths, CORS, the method, the body's form, errors in one shape, one line of log a request. */
export function createFunction(
  options: FunctionOptions,
): (request: Request) => Promise<Response> {
  const { name, routes, allowedOrigins, log = console.log } = options;
  return async (request) => {
    const began = performance.now();
    const requestId = crypto.randomUUID();
    const url = readUrl(request);
    const path = url && subPath(url.pathname, name);
    const route = path !== undefined && Object.hasOwn(routes, path) ? routes[path] : undefined;
    const { response, ended } = await answer(options, route, {
      request,
      url,
      requestId,
    });
    const headers = {
      "cache-control": "no-store",
      ...corsHeaders(request, allowedOrigins, route ? [route.method] : []),
      "x-request-id": requestId,
    };
    for (const [header, value] of Object.entries(headers)) {
      response.headers.set(header, value);
    }
    const tell = (end: Ending | undefined) =>
      log(JSON.stringify({
        requestId,
        route: route && path ? `${name}/${path}` : name,
        status: response.status,
        code: end?.code ?? "OK",
        ms: Math.round(performance.now() - began),
        ...end?.more,
      }));
    if (ended instanceof Promise) void ended.then(tell);
    else tell(ended);
    return response;
  };
}

/** Of an answer that was no success, for the log. */
interface Ending {
  code: string;
  more: Record<string, string>;
}

/** Undefined for what a Host header can spoil. */
function readUrl(request: Request): URL | undefined {
  if (!URL.canParse(request.url)) return undefined;
  const url = new URL(request.url);
  // For the platform: where to run. supabase-js adds it to whatever is called with a region.
  url.searchParams.delete("forceFunctionRegion");
  return url;
}

/** What follows the function's name; the platform hands the path on with it. */
function subPath(pathname: string, name: string): string | undefined {
  const [, first, ...rest] = pathname.replace(/\/$/, "").split("/");
  return first === name ? rest.join("/") : undefined;
}

async function answer(
  options: FunctionOptions,
  route: Route | undefined,
  { request, url, requestId }: {
    request: Request;
    url: URL | undefined;
    requestId: string;
  },
): Promise<
  { response: Response; ended?: Ending | Promise<Ending | undefined> }
> {
  try {
    if (!route || !url) {
      throw new HttpError(404, "NOT_FOUND", "No such route", {
        hint: "docs/edge-functions.md lists the routes.",
      });
    }
    if (request.method === "OPTIONS") {
      return { response: new Response(null, { status: 204 }) };
    }
    if (request.method !== route.method) {
      throw new HttpError(
        405,
        "METHOD_NOT_ALLOWED",
        `This route takes ${route.method}`,
        {
          headers: { allow: `${route.method}, OPTIONS` },
        },
      );
    }
    if (route.logsChats && options.loggingEnabled !== true) {
      return { response: Response.json({ success: true, disabled: true }) };
    }
    const maxBytes = route.maxBytes ?? defaultMaxBytes;
    if (route.method === "POST") admit(request, maxBytes);
    const json = async () => parseJson(await readBody(request, maxBytes));
    const made = await route.handle({ request, url, json });
    if (made instanceof Stream) return await begin(made);
    return { response: made instanceof Response ? made : Response.json(made) };
  } catch (error) {
    const known = error instanceof HttpError ? error : undefined;
    const response = Response.json(errorBody(error, requestId), {
      status: known?.status ?? 500,
      headers: known?.headers ?? {},
    });
    return { response, ended: ending(error) };
  }
}

/** Waits for the first part. A reader that is slow is waited for, and one that is gone ends the parts. */
async function begin(
  { contentType, parts }: Stream,
): Promise<{ response: Response; ended: Promise<Ending | undefined> }> {
  let waiting: IteratorResult<string> | undefined = await parts.next();
  const { promise: ended, resolve: end } = Promise.withResolvers<
    Ending | undefined
  >();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const part = waiting ?? await parts.next();
        waiting = undefined;
        if (!part.done) return controller.enqueue(encoder.encode(part.value));
        controller.close();
        end(undefined);
      } catch (error) {
        end(ending(error));
        // Not closed: then it would look complete.
        controller.error(new Error("the answer broke off"));
      }
    },
    async cancel() {
      end({ code: "CLIENT_GONE", more: {} });
      await parts.return(undefined);
    },
  }, { highWaterMark: 0 });
  return {
    response: new Response(body, { headers: { "content-type": contentType } }),
    ended,
  };
}

function ending(error: unknown): Ending {
  return {
    code: error instanceof HttpError ? error.code : "INTERNAL",
    more: forLog(error),
  };
}

/** Where an unexpected error arose, without its message: that may quote what somebody wrote. */
function forLog(error: unknown): Record<string, string> {
  if (error instanceof HttpError) {
    return error.sqlstate ? { sqlstate: error.sqlstate } : {};
  }
  if (!(error instanceof Error)) return { error: typeof error };
  const at = error.stack?.split("\n").find((line) => /^\s+at /.test(line))
    ?.trim();
  return { error: error.name, ...(at ? { at } : {}) };
}

function admit(request: Request, maxBytes: number): void {
  const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim()
    .toLowerCase();
  if (type !== "application/json") {
    throw new HttpError(
      415,
      "UNSUPPORTED_MEDIA_TYPE",
      "The body has to be JSON",
      {
        hint: "Send content-type: application/json.",
      },
    );
  }
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) {
    throw tooLarge(maxBytes);
  }
}

async function readBody(
  request: Request,
  maxBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const chunk = await reader?.read().catch(() => {
      throw invalid("body: it broke off");
    });
    if (!chunk?.value) break;
    length += chunk.value.length;
    if (length > maxBytes) {
      await reader?.cancel();
      throw tooLarge(maxBytes);
    }
    chunks.push(chunk.value);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

function tooLarge(maxBytes: number): HttpError {
  return new HttpError(413, "TOO_LARGE", "Too large", {
    hint: `A body has at most ${maxBytes / 1024} KiB here.`,
  });
}
