import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { root } from "../../local/paths.ts";
import { type Block, readBlocks } from "../readme/blocks.ts";
import { type Api, type Client, good, newSession } from "./support.ts";

interface Setting {
  supabase: Client;
  service: Client;
  userId: string;
  sessionId: string;
  messageId: string;
  metricId: string;
  measuredAt: string;
  storagePath: string;
  file: File;
}
type Results = Record<string, unknown>;

/** The ts blocks of a page of docs/, each run with a signed-in client and a session in which something was said. */
export class Page implements Disposable {
  readonly text: string;
  readonly blocks: Block[];
  readonly #api: Api;
  readonly #supabase: Client;
  // Below the checkout, so that the packages are found.
  readonly #workshop: string;
  readonly #run = new Set<Block>();

  constructor(file: string, api: Api, supabase: Client) {
    this.text = readFileSync(join(root, "docs", file), "utf8");
    this.blocks = readBlocks(this.text).filter(({ language }) => language === "ts");
    this.#api = api;
    this.#supabase = supabase;
    this.#workshop = join(root, ".local", `${file}-${process.pid}`);
    mkdirSync(this.#workshop, { recursive: true });
  }

  [Symbol.dispose](): void {
    rmSync(this.#workshop, { recursive: true, force: true });
  }

  /** Runs the block that begins with this comment, with another text in a place; gives what it declares, and its setting. */
  async run(about: string, [from, to] = ["", ""]): Promise<Results & { setting: Setting }> {
    const block = this.blocks.find(({ code }) => code.startsWith(`// ${about}`));
    assert.ok(block, about);
    this.#run.add(block);
    const code = block.code.replace(from, to);
    assert.equal(code === block.code, from === to, from);
    const { run }: { run(setting: Setting): Promise<Results> } = await import(
      `${pathToFileURL(this.#write({ ...block, code })).href}?${to}`
    );
    const setting = await this.#setting();
    return { ...(await run(setting)), setting };
  }

  /** Blocks that begin with one of these comments are left out. */
  assertAllRan(but: readonly string[] = []): void {
    const left = this.blocks.filter((block) =>
      !this.#run.has(block) && !but.some((about) => block.code.startsWith(`// ${about}\n`))
    );
    assert.deepEqual(left.map(({ line }) => line), [], "lines of blocks that no test runs");
  }

  async assertCompiles(): Promise<void> {
    writeFileSync(
      join(this.#workshop, "tsconfig.json"),
      JSON.stringify({
        extends: "../../tsconfig.json",
        include: [],
        exclude: [],
        files: this.blocks.map((block) => this.#write(block)),
      }),
    );
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    await promisify(execFile)(process.execPath, [tsc, "-p", this.#workshop]).catch(
      (error: unknown) => {
        throw new Error(String(of(error, "stdout")));
      },
    );
  }

  async #setting(): Promise<Setting> {
    const supabase = this.#supabase;
    const sessionId = await newSession(supabase);
    good(
      await supabase.rpc("rename_session", { p_session_id: sessionId, p_title: "Trip to Rome" }),
    );
    const said = good(
      await supabase.rpc("append_messages", {
        p_session_id: sessionId,
        p_messages: [
          { role: "user", content: "How warm is it in Rome?" },
          {
            role: "assistant",
            tool_calls: [{ id: "a", type: "function", function: { name: "w", arguments: "{}" } }],
          },
          { role: "tool", tool_call_id: "a", content: "21" },
          { role: "assistant", content: "21 degrees." },
        ],
      }),
    );
    const [message] = said;
    assert.ok(message?.user_id);
    return {
      supabase,
      service: this.#api.service(),
      userId: message.user_id,
      sessionId,
      messageId: message.id,
      metricId: randomUUID(),
      measuredAt: new Date().toISOString(),
      storagePath: `${message.user_id}/${"0".repeat(64)}`,
      file: new File(["notes"], "notes.txt", { type: "text/plain" }),
    };
  }

  /** Writes a block as a function of its setting that returns what the block declares. */
  #write({ code, line }: Block): string {
    const names = [...code.matchAll(/^const (?:\{ \w+: (\w+) \}|\{ (\w+) \}|(\w+)) =/gm)]
      .map(([, renamed, picked, plain]) => renamed ?? picked ?? plain ?? "");
    const file = join(this.#workshop, `line-${line}.ts`);
    const imports = code.match(/^import .*;$/gm) ?? [];
    writeFileSync(
      file,
      `import type { Client } from "../../test/api/support.ts";
${imports.join("\n").replaceAll('"./types/', '"../../types/')}
type Name = "userId" | "sessionId" | "messageId" | "metricId" | "measuredAt" | "storagePath";
type Setting = { supabase: Client; service: Client; file: File } & Record<Name, string>;
export async function run(
  { supabase, service, userId, sessionId, messageId, metricId, measuredAt, storagePath, file }: Setting,
) {
void [supabase, service, userId, sessionId, messageId, metricId, measuredAt, storagePath, file];
${code.replace(/^import .*;$/gm, "")}
return { ${names.join(", ")} };
}
`,
    );
    return file;
  }
}

/** What a result has under a name. */
export function of(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

export function list(value: unknown): unknown[] {
  assert.ok(Array.isArray(value));
  return value;
}
