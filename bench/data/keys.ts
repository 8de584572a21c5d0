import { createHash } from "node:crypto";

/** The nth message of the session of this number. */
export function messageKey(session: number, nth: number): string {
  return key("message", session * 1_000_000 + nth);
}

/** The id that bench.key() in generator.sql gives. */
export function key(kind: "user" | "session" | "message" | "brand", number: number): string {
  const hex = createHash("md5").update(`${kind}:${number}:42`).digest("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
