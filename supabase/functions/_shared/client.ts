import type { LoggingEnv } from "./env.ts";

/**
 * The address that the nearest trusted proxy saw. Everything left of it is what the client says of itself.
 * @param hops How many proxies add an entry to X-Forwarded-For.
 */
export function clientAddress(request: Request, hops: number): string {
  const entries = (request.headers.get("x-forwarded-for") ?? "").split(",");
  return parseAddress(entries.at(-hops) ?? "") ?? "unknown";
}

/** An IPv4 or IPv6 address in its one short form, without a port; undefined for anything else. */
export function parseAddress(text: string): string | undefined {
  const entry = text.trim();
  const [, bracketed] = /^\[([^\]]*)\](?::\d+)?$/.exec(entry) ?? [];
  const v4 = /^(\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?$/.exec(entry)?.[1];
  if (v4) {
    return v4.split(".").every((part) => String(Number(part)) === part && Number(part) < 256)
      ? v4
      : undefined;
  }
  const candidate = bracketed ?? entry;
  // Only what an address is written with: a URL would also read names, users and zones.
  if (
    !/^[0-9a-f:]+(?:\.\d{1,3}){0,3}$/i.test(candidate) ||
    !candidate.includes(":")
  ) return undefined;
  const url = `http://[${candidate}]/`;
  if (!URL.canParse(url)) return undefined;
  const short = new URL(url).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  const bytes = [high, low].map((group) => parseInt(group, 16)).flatMap((
    group,
  ) => [group >> 8, group & 255]);
  return bytes.join(".");
}

/** The /24 or /48 that an address is in; of IPv6 the /64, a household or a machine, when `bits` says so. */
export function networkOf(address: string, bits: 48 | 64 = 48): string {
  if (!address.includes(":")) {
    return `${address.split(".").slice(0, 3).join(".")}.0/24`;
  }
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail ? tail.split(":") : [];
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(zeros).fill("0"), ...right];
  const network = new URL(`http://[${groups.slice(0, bits / 16).join(":")}::]/`)
    .hostname.slice(1, -1);
  return `${network}/${bits}`;
}

/** What is stored of a visitor: hashes that only the salt's owner can check, or less, as IP_MODE says. */
export async function visitorTraces(
  request: Request,
  userAgent: string,
  env: LoggingEnv,
): Promise<{ userIdentifier?: string; address?: string }> {
  if (env.IP_MODE === "none") return {};
  const address = clientAddress(request, env.TRUSTED_PROXY_HOPS);
  const userIdentifier = await hash(
    `${address}:${userAgent}:${env.USER_ID_SALT}`,
  );
  if (address === "unknown") return { userIdentifier };
  return {
    userIdentifier,
    address: env.IP_MODE === "truncate"
      ? networkOf(address)
      : await hash(`${address}:${env.USER_ID_SALT}`),
  };
}

/** Counts the calls of one address; not the hash that is stored with sessions, so that no list links the two. */
export function rateKey(request: Request, env: LoggingEnv): Promise<string> {
  const address = clientAddress(request, env.TRUSTED_PROXY_HOPS);
  // One machine has a whole /64 of addresses to call from.
  const who = address.includes(":") ? networkOf(address, 64) : address;
  return hash(`rate:${who}:${env.USER_ID_SALT}`);
}

/** Counts the calls with one token. */
export function tokenKey(token: string): Promise<string> {
  return hash(`token:${token}`);
}

/** The first 32 hexadecimal digits of SHA-256. */
async function hash(text: string): Promise<string> {
  const bytes = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)),
  );
  return [...bytes.slice(0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
