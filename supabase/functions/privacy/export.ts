import { createHash } from "node:crypto";
import type { Caller } from "../_shared/auth.ts";
import type { Rpc } from "../_shared/rpc.ts";
import type { Storage } from "../_shared/storage.ts";
import { exportedLine, exportedRows } from "./schema.ts";

/** Rows. The database ends a page earlier where they are long. */
const pageSize = 500;
const downloadSeconds = 3600;

/** Of the form of what is written here. */
const version = 1;

/**
 * The lines of an export, a page a part: as the database wrote them, for numbers have more digits than JavaScript's.
 * The last one is the manifest: without it, the export broke off.
 */
export async function* exportLines(
  { rpc, storage }: { rpc: Rpc; storage: Storage },
  caller: Caller,
  args: Record<string, unknown>,
): AsyncGenerator<string> {
  const exportedAt = new Date().toISOString();
  const subject = "p_session_id" in args ? "visitor" : "user";
  const counts: Record<string, number> = {};
  const hash = createHash("sha256");
  let downloads = 0;
  let signs = true;
  let cursor: string | undefined;
  for (;;) {
    const rows = exportedRows.parse(
      await rpc(caller, "export_user_data", {
        ...args,
        p_cursor: cursor,
        p_limit: pageSize,
      }),
    );
    cursor = rows.at(-1)?.next_cursor;
    if (cursor === undefined) break;
    const lines = rows.map(({ line }) => line);
    const files = new Set<string>();
    for (const line of lines) {
      const { table, row } = exportedLine.parse(JSON.parse(line));
      counts[table] = (counts[table] ?? 0) + 1;
      if (table === "public.attachments" && row.storage_path) {
        files.add(row.storage_path);
      }
    }
    if (signs && files.size > 0) {
      const expiresAt = new Date(Date.now() + downloadSeconds * 1000)
        .toISOString();
      // Where there is no Storage the rows are all there is.
      const urls = await storage.sign("attachments", [...files], downloadSeconds)
        .catch(() => undefined);
      signs = urls !== undefined;
      for (const [path, url] of urls ?? []) {
        lines.push(JSON.stringify({ download: { path, url, expiresAt } }));
        downloads++;
      }
    }
    const part = `${lines.join("\n")}\n`;
    hash.update(part);
    yield part;
  }
  const sha256 = hash.digest("hex");
  yield `${
    JSON.stringify({
      manifest: { version, subject, exportedAt, counts, downloads, sha256 },
    })
  }\n`;
}
