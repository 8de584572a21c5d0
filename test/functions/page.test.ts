import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { createClient } from "@supabase/supabase-js";
import { isRecord } from "../../local/http.ts";
import { root } from "../../local/paths.ts";
import { NodeWebSocket } from "../../local/websocket.ts";
import { codeIn } from "../readme/blocks.ts";
import { Fixture } from "./support.ts";

const page = await readFile(join(root, "docs", "edge-functions.md"), "utf8");
const missing = ["bash", "curl", "openssl"].filter((name) => spawnSync(name, ["--version"]).error);
const skip = missing.length > 0 ? `no ${missing.join(", ")}` : false;

test("every block of docs/edge-functions.md does what it says", { skip }, async () => {
  await using fixture = await Fixture.open();
  const blocks = codeIn(page, "bash");
  const answers: Record<string, unknown>[] = [];
  const said: string[] = [];
  for (const block of blocks) {
    const script = block.replaceAll("http://127.0.0.1:54321", fixture.edge.url)
      .replaceAll(/^curl/gm, "echo; curl --silent --show-error --fail-with-body");
    const output = await run(script);
    const lines = output.split("\n").filter(Boolean);
    said.push(...lines.filter((line) => !line.startsWith("{")));
    answers.push(...lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line)));
  }
  assert.deepEqual(said, ["whole"]);
  assert.deepEqual(answers.map(({ success }) => success), Array(6).fill(true));
  const [made, own, logged, history, , erased] = answers;
  assert.ok(isRecord(erased?.["receipt"]));
  assert.ok(Number(erased["receipt"]["rowsErased"]) >= 2);
  assert.match(String(made?.["sessionSecret"]), /^[A-Za-z0-9_-]{43}$/);
  assert.equal(own?.["sessionSecret"], undefined);
  assert.equal(logged?.["inserted"], true);
  assert.ok(Array.isArray(history?.["messages"]));
  assert.deepEqual(history["messages"].map(({ content }) => content), [
    "Does it fit a small dog?",
    "Size S does.",
  ]);
});

test("its block for supabase-js does too", async () => {
  await using fixture = await Fixture.open();
  const { token, id } = await fixture.user();
  const [, block = ""] = /^```ts\n(.*?)^```$/ms.exec(page) ?? [];
  const supabase = createClient(fixture.edge.url, fixture.api.addresses.anonKey, {
    accessToken: () => Promise.resolve(token),
    realtime: { transport: NodeWebSocket },
  });
  const logged: Record<string, unknown>[] = [];
  const work: unknown = runInNewContext(`(async (supabase, console) => {${block}})`);
  assert.ok(typeof work === "function");
  await work(supabase, { log: (...values: Record<string, unknown>[]) => logged.push(...values) });
  const [counts, receipt] = logged;
  assert.equal(counts?.["public.conversation_sessions"], 1);
  assert.ok(Number(receipt?.["rowsErased"]) >= 1);
  const left = await fixture.api.select(`select 1 from auth.users where id = '${id}'`);
  assert.deepEqual(left, []);
});

test("the commands of .env.example make a salt, another one each time", { skip }, async () => {
  const example = await readFile(join(root, "supabase", "functions", ".env.example"), "utf8");
  const commands = [...example.matchAll(/^# {3}(\S.*)$/gm)].map(([, command = ""]) => command);
  assert.deepEqual(commands.map((command) => command.split(" ")[0]), ["node", "openssl"]);
  const salts = await Promise.all([...commands, ...commands].map(run));
  for (const salt of salts) assert.match(salt, /^[0-9a-f]{64}\n$/);
  assert.equal(new Set(salts).size, 4);
});

test("the page lists every variable of .env.example, and no other", async () => {
  const example = await readFile(join(root, "supabase", "functions", ".env.example"), "utf8");
  const variables = [...example.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name).sort();
  const section = page.split("## Environment")[1] ?? "";
  const listed = [...section.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name).sort();
  assert.ok(variables.length >= 7);
  assert.deepEqual(listed, variables);
});

async function run(script: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "turnbase-page-"));
  const child = spawn("bash", ["-euc", script], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (data) => (output += String(data)));
  child.stderr.on("data", (data) => (output += String(data)));
  const code = await new Promise((resolve) => child.once("close", resolve));
  await rm(folder, { recursive: true });
  assert.equal(code, 0, output);
  return output;
}
