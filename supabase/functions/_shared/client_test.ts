import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { clientAddress, networkOf, parseAddress, rateKey, visitorTraces } from "./client.ts";
import { fakeDeps } from "./fakes.ts";

const addresses: [given: string, address: string | undefined][] = [
  ["203.0.113.7", "203.0.113.7"],
  [" 203.0.113.7 ", "203.0.113.7"],
  ["203.0.113.7:4711", "203.0.113.7"],
  ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["[2001:db8::1]", "2001:db8::1"],
  ["[2001:db8::1]:443", "2001:db8::1"],
  ["::1", "::1"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["", undefined],
  ["unknown", undefined],
  ["203.0.113", undefined],
  ["203.0.113.256", undefined],
  ["203.0.113.07", undefined],
  ["0x7f.1", undefined],
  ["2001:db8:::1", undefined],
  ["fe80::1%eth0", undefined],
  ["user@[::1]", undefined],
  ["[example]", undefined],
  ["1:2", undefined],
];

for (const [given, address] of addresses) {
  Deno.test(`address: '${given}' is ${address}`, () => assertEquals(parseAddress(given), address));
}

const networks = [
  ["203.0.113.7", "203.0.113.0/24"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"],
  ["2001:db8::1", "2001:db8::/48"],
  ["::1", "::/48"],
  ["1:0:3::", "1:0:3::/48"],
] as const;

for (const [address, network] of networks) {
  Deno.test(`network of ${address}`, () => assertEquals(networkOf(address), network));
}

function from(forwarded?: string): Request {
  return new Request("http://localhost/", {
    headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
  });
}

Deno.test("the address is counted from the right: what stands left of it is made up", () => {
  const chain = from("198.51.100.1, 203.0.113.7, 192.0.2.1");
  assertEquals(clientAddress(chain, 1), "192.0.2.1");
  assertEquals(clientAddress(chain, 2), "203.0.113.7");
  assertEquals(clientAddress(chain, 4), "unknown");
  assertEquals(clientAddress(from(), 1), "unknown");
  assertEquals(clientAddress(from("nonsense"), 1), "unknown");
});

Deno.test("IP_MODE says what is kept", async () => {
  const request = from("203.0.113.7");
  const hashed = await visitorTraces(request, "agent", fakeDeps(null).env);
  assertMatch(hashed.userIdentifier ?? "", /^[0-9a-f]{32}$/);
  assertMatch(hashed.address ?? "", /^[0-9a-f]{32}$/);
  assertNotEquals(hashed.address, hashed.userIdentifier);
  const cut = await visitorTraces(request, "agent", fakeDeps(null, { IP_MODE: "truncate" }).env);
  assertEquals(cut, { userIdentifier: hashed.userIdentifier, address: "203.0.113.0/24" });
  assertEquals(await visitorTraces(request, "agent", fakeDeps(null, { IP_MODE: "none" }).env), {});
  const unknown = await visitorTraces(from(), "agent", fakeDeps(null).env);
  assertEquals(Object.keys(unknown), ["userIdentifier"]);
});

Deno.test("the key that calls are counted by is not the hash that is kept", async () => {
  const { env } = fakeDeps(null);
  const request = from("203.0.113.7");
  const key = await rateKey(request, env);
  assertMatch(key, /^[0-9a-f]{32}$/);
  assertNotEquals(key, (await visitorTraces(request, "", env)).address);
  assertEquals(key, await rateKey(from("203.0.113.7:99"), env));
  assertNotEquals(key, await rateKey(from("203.0.113.8"), env));
  const six = await rateKey(from("2001:db8:1:2:3:4:5:6"), env);
  assertEquals(six, await rateKey(from("2001:db8:1:2::9"), env));
  assertNotEquals(six, await rateKey(from("2001:db8:1:3::9"), env));
});
