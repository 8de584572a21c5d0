import { assert, assertEquals } from "@std/assert";
import { createFunction, type Route, Stream } from "./http.ts";
import { get, post } from "./fakes.ts";

function serve(route: Partial<Route>, lines: string[] = []) {
  return createFunction({
    name: "thing",
    allowedOrigins: [],
    routes: {
      "": {
        method: "POST",
        maxBytes: 100,
        handle: async ({ json }) => ({ read: await json() }),
        ...route,
      },
    },
    log: (line) => lines.push(line),
  });
}

Deno.test("nothing of an unexpected error leaves the function, nor its message the process", async () => {
  const lines: string[] = [];
  const broken = serve({
    handle: () => Promise.reject(new TypeError("what somebody wrote")),
  }, lines);
  const response = await broken(post("thing", {}));
  assertEquals(response.status, 500);
  const body = await response.json();
  assertEquals(body.error.message, "Something went wrong");
  assertEquals(body.error.requestId, response.headers.get("x-request-id"));
  const entry = JSON.parse(lines[0] ?? "");
  assertEquals([entry.status, entry.code, entry.error], [500, "INTERNAL", "TypeError"]);
  assert(entry.at.includes("http_test.ts"));
  assert(!lines.join().includes("somebody"));
});

Deno.test("a body without a length is measured as it comes", async () => {
  const chunked = (chunks: number) =>
    new Request("http://localhost/thing", {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8" },
      body: new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('"'));
          for (let at = 0; at < chunks; at++) controller.enqueue(new Uint8Array(10).fill(0x61));
          controller.enqueue(new TextEncoder().encode('"'));
          controller.close();
        },
      }),
    });
  const small = await serve({})(chunked(9));
  assertEquals(await small.json(), { read: "a".repeat(90) });
  const large = await serve({})(chunked(20));
  assertEquals(large.status, 413);
  assertEquals((await large.json()).error.code, "TOO_LARGE");
});

Deno.test("a body that breaks off is the client's fault", async () => {
  const response = await serve({})(
    new Request("http://localhost/thing", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) }),
    }),
  );
  assertEquals(response.status, 400);
});

Deno.test("paths: the function's own, and nothing below it that it does not have", async () => {
  const ping = serve({ method: "GET", handle: () => Promise.resolve({ success: true }) });
  const statusOf = async (path: string) => (await ping(get(path))).status;
  assertEquals(await statusOf("thing"), 200);
  assertEquals(await statusOf("thing/"), 200);
  for (const path of ["", "thing/x", "other", "thing/__proto__", "thing/constructor"]) {
    assertEquals(await statusOf(path), 404, path);
  }
});

Deno.test("the parts of a stream end with their reader", async () => {
  let ended = false;
  async function* parts() {
    try {
      for (;;) yield await Promise.resolve("part\n");
    } finally {
      ended = true;
    }
  }
  const lines: string[] = [];
  const handle = () => Promise.resolve(new Stream("text/plain", parts()));
  const response = await serve({ handle }, lines)(post("thing", {}));
  assertEquals([response.headers.get("content-type"), lines], ["text/plain", []]);
  await response.body?.cancel();
  assert(ended);
  assertEquals(JSON.parse(lines[0] ?? "").code, "CLIENT_GONE");
});

Deno.test("a caller may name the region, and no route hears of it", async () => {
  const handle = serve({
    method: "GET",
    handle: ({ url }) => Promise.resolve(Object.fromEntries(url.searchParams)),
  });
  const response = await handle(get("thing?a=1&forceFunctionRegion=eu-west-1"));
  assertEquals(await response.json(), { a: "1" });
});
