import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { Agent, request as send } from "node:http";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { type Gateway, startGateway } from "../../local/gateway.ts";
import { readJson, sendJson } from "../../local/http.ts";
import { localKeys } from "../../local/keys.ts";
import { freePort, host } from "../../local/ports.ts";

let gateway: Gateway;
let port: number;

before(async () => {
  port = await freePort();
  gateway = await startGateway({
    port,
    keys: await localKeys(),
    // Nobody: what is asked for here leads nowhere.
    postgrestUrl: `http://${host}:1`,
    auth: {
      handle: async (request, response) => {
        if (request.headers["x-begin"]) response.write("begun");
        else sendJson(response, await readJson(request) ? 200 : 400, {});
      },
      stop: () => Promise.resolve(),
    },
    functions: undefined,
  });
});

after(() => gateway.stop());

/** Without the order that fetch makes of an address. */
function statusOf(path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    send({ host, port, path }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).once("error", reject).end();
  });
}

test("a body that is too long does not hold up the next request on its connection", {
  timeout: 10_000,
}, async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { anonKey } = await localKeys();
  const post = (body: string) =>
    new Promise((resolve, reject) => {
      const headers = { apikey: anonKey, "content-length": body.length };
      send({ agent, host, port, path: "/auth/v1/signup", method: "POST", headers }, (answer) => {
        answer.resume().once("end", () => resolve(answer.statusCode));
      }).once("error", reject).end(body);
    });
  try {
    assert.equal(await post("x".repeat(40_000_000)), 400);
    assert.equal(await post("{}"), 200);
  } finally {
    agent.destroy();
  }
});

test("an address that is too long is told so", async () => {
  const ids = Array.from({ length: 450 }, () => randomUUID()).join();
  const answer = await fetch(`http://${host}:${port}/rest/v1/x?id=in.(${ids})`);
  assert.equal(answer.status, 431);
  assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  const body = await answer.json() as { message: string };
  assert.match(body.message, /^the address and the headers .* 16 KiB/);
});

test("no second answer is written into one that has begun", { timeout: 10_000 }, async () => {
  const { anonKey } = await localKeys();
  const socket = connect(port, host);
  socket.write(
    `POST /auth/v1/signup HTTP/1.1\r\nhost: x\r\napikey: ${anonKey}\r\nx-begin: 1\r\n` +
      "transfer-encoding: chunked\r\n\r\n",
  );
  let received = "";
  socket.on("error", () => undefined).on("data", (data) => {
    received += String(data);
    if (received.includes("begun")) socket.write("no chunk\r\n");
  });
  await once(socket, "close");
  assert.match(received, /^HTTP\/1\.1 200 [^]*begun/);
  assert.doesNotMatch(received, /400/);
});

test("an address that leads nowhere is not found", async () => {
  const paths = [
    "/",
    "//",
    "///",
    "//rest/v1/x",
    "//[",
    "/graphql/v1",
    "http://",
    "http://[/rest/v1/x",
  ];
  for (const path of paths) assert.equal(await statusOf(path), 404, path);
  assert.equal(await statusOf("/rest/v1/x"), 401);
  assert.equal(await statusOf("http://elsewhere.example/rest/v1/x"), 401);
});
