import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { typeFiles } from "../../cli/bundle.ts";
import { packageRoot } from "../../cli/package.ts";
import { choose, readParts } from "../../cli/parts.ts";
import { root } from "../../local/paths.ts";
import { put } from "./support.ts";

/** What `supabase gen types` makes of a project with a table of its own, to which a column of sessions leads. */
const database = `
import type { Database as Made } from "./turnbase/database.types.js";
type Sessions = Made["public"]["Tables"]["conversation_sessions"];
type Shelves = {
  Row: { id: string; name: string };
  Insert: { id?: string; name: string };
  Update: { id?: string; name?: string };
  Relationships: [];
};
type ToShelf = {
  foreignKeyName: "conversation_sessions_shelf_id_fkey";
  columns: ["shelf_id"];
  isOneToOne: false;
  referencedRelation: "shelves";
  referencedColumns: ["id"];
};
export type Database = Omit<Made, "public"> & {
  public: Omit<Made["public"], "Tables"> & {
    Tables: Omit<Made["public"]["Tables"], "conversation_sessions"> & {
      shelves: Shelves;
      conversation_sessions: {
        Row: Sessions["Row"] & { shelf_id: string | null };
        Insert: Sessions["Insert"] & { shelf_id?: string | null };
        Update: Sessions["Update"] & { shelf_id?: string | null };
        Relationships: [...Sessions["Relationships"], ToShelf];
      };
    };
  };
};
`;

const app = `
import type { SupabaseClient } from "@supabase/supabase-js";
import type { Database } from "./database.js";
import type { WithTurnbase } from "./turnbase/project.js";
declare const supabase: SupabaseClient<WithTurnbase<Database>>;
export async function use(id: string) {
  const { data: session } = await supabase
    .from("conversation_sessions")
    .select("status, shelf_id, shelves(name)")
    .eq("id", id)
    .single()
    .throwOnError();
  const shelf: string | null = session.shelf_id;
  const name: string | undefined = session.shelves?.name;
  const status: "active" | "archived" | "deleted" = session.status;
  await supabase.from("conversation_sessions").update({ shelf_id: id, title: name ?? null });
  // @ts-expect-error: there is no such column
  await supabase.from("conversation_sessions").update({ shop_id: id });
  // @ts-expect-error: Turnbase's own types are more exact
  await supabase.rpc("append_messages", { p_session_id: id, p_messages: [{ role: "bot" }] });
  return { shelf, status };
}
`;

test("WithTurnbase keeps a project's columns and foreign keys on Turnbase's tables", async (t) => {
  // Below the folder whose node_modules the copy needs.
  const dir = join(root, ".local", `project-types-${process.pid}`);
  await mkdir(dir, { recursive: true });
  t.after(() => rm(dir, { recursive: true, force: true }));
  for (const [name, text] of typeFiles(choose(readParts(packageRoot), []))) {
    await put(dir, join("turnbase", name), text);
  }
  await put(dir, "database.ts", database);
  await put(dir, "app.ts", app);
  const config = { extends: "../../tsconfig.json", include: ["*.ts"], exclude: [] };
  await put(dir, "tsconfig.json", JSON.stringify(config));
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", join(dir, "tsconfig.json")], {
    encoding: "utf8",
    timeout: 120_000,
  });
  assert.equal(status, 0, stdout);
});
