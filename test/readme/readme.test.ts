import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { root } from "../../local/paths.ts";
import { freePort } from "../../local/ports.ts";
import { type Block, type Command, readBlocks, readCommands, treat } from "./blocks.ts";

const readme = readFileSync(join(root, "README.md"), "utf8");
const lines = readme.split("\n");
const blocks = readBlocks(readme);
const shell = blocks.filter((block) => ["bash", "sh"].includes(block.language));
const commands = shell.flatMap(readCommands);
const manifest: { scripts: Record<string, string> } & Record<string, unknown> = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);

// Below .local, so that its packages are ours; `types` and `local` are there for the imports as the README writes them.
const workshop = join(root, ".local", `readme-${process.pid}`);
const data = mkdtempSync(join(tmpdir(), "turnbase-readme-"));
const stack: { child?: ChildProcess; output: string; api: number; dbUrl: string } = {
  output: "",
  api: 0,
  dbUrl: "",
};

before(async () => {
  chmodSync(data, 0o755);
  mkdirSync(workshop, { recursive: true });
  for (const name of ["types", "local"]) symlinkSync(join(root, name), join(workshop, name));
  await startStack();
}, { timeout: 60_000 });

after(async () => {
  const { child } = stack;
  if (child && child.exitCode === null) {
    child.kill("SIGTERM");
    await once(child, "exit");
  }
  rmSync(workshop, { recursive: true, force: true });
  rmSync(data, { recursive: true, force: true });
}, { timeout: 20_000 });

function environment(): NodeJS.ProcessEnv {
  // A test process tells its children that they are tests too.
  const { NODE_TEST_CONTEXT: _, DATABASE_URL: __, POSTGRES_URL: ___, ...env } = process.env;
  return { ...env, NO_COLOR: "1" };
}

/** What `npm run <script> -- <more>` runs, without npm in between, which keeps signals to itself. */
function scriptArgs(script: string, more: string[]): string[] {
  const [runner, ...args] = (manifest.scripts[script] ?? "").split(" ");
  assert.equal(runner, "node", `package.json: ${script}`);
  return [...args, ...more];
}

/** `npm start` on ports and a folder of its own, up to the lines that say it is ready. */
async function startStack(): Promise<void> {
  stack.api = await freePort();
  const flags = ["--port", String(stack.api), "--db-port", String(await freePort())];
  const args = scriptArgs("start", [...flags, "--data-dir", join(data, "start")]);
  const child = spawn(process.execPath, args, { cwd: root, env: environment() });
  stack.child = child;
  // Also when the runner has no more patience with this file.
  process.on("exit", () => child.kill("SIGTERM")).on("SIGTERM", () => process.exit(1));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text) => (stack.output += String(text)));
  }
  for (
    const end = Date.now() + 45_000;
    !/Ctrl-C stops the stack/.test(stack.output);
    await sleep(50)
  ) {
    assert.ok(Date.now() < end && child.exitCode === null, stack.output);
  }
  stack.dbUrl = /DB URL: (\S+)/.exec(stack.output)?.[1] ?? "";
}

async function mustRun(program: string, args: string[]): Promise<string> {
  const child = spawn(program, args, {
    cwd: root,
    env: environment(),
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 90_000,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text) => (output += String(text)));
  }
  const [code] = await once(child, "close");
  assert.equal(code, 0, `${program} ${args.join(" ")}\n${output}`);
  return output;
}

test("the first command stands by line 15", () => {
  const first = Math.min(...commands.map(({ line }) => line));
  assert.ok(first <= 15, `line ${first}`);
});

test("both ways of running stand side by side before line 30", () => {
  const row = lines.slice(0, 29).find((line) =>
    line.startsWith("|") && line.includes("npm start") && line.includes("supabase start")
  );
  assert.ok(row, "no table row with npm start and supabase start");
});

test("every block is of a kind that this file runs", () => {
  const kinds = new Set(["bash", "sh", "ts", "sql"]);
  const unknown = blocks.filter((block) => !kinds.has(block.language));
  assert.deepEqual(
    unknown.map(({ line, language }) => `line ${line}: ${language || "no"} kind`),
    [],
  );
  assert.ok(blocks.some(({ language }) => language === "ts"), "no TypeScript block");
  assert.ok(blocks.some(({ language }) => language === "sql"), "no SQL block");
  assert.ok(commands.length >= 4, "no commands");
});

test("every npm script and CLI command that the text names is there", async () => {
  const checks: Promise<void>[] = [];
  const named = [...readme.matchAll(/`(np[mx] [^`]+)`/g)].map((found) => found[1] ?? "");
  for (const text of named) {
    const [, script] = /^npm (?:run )?([\w:]+)/.exec(text) ?? [];
    if (script && script !== "ci") assert.ok(script in manifest.scripts, text);
    else if (text.startsWith("npx ")) {
      const treatment = treat({ text, words: text.split(/\s+/), line: 0 });
      if (treatment?.how === "turnbase") checks.push(checkTurnbase(text.split(/\s+/)[2] ?? ""));
      else if (treatment?.how === "supabase") {
        checks.push(checkCli(treatment.command, treatment.flags));
      } else assert.fail(text);
    }
  }
  await Promise.all(checks);
});

/** Fails unless the package's command has this one. */
async function checkTurnbase(name: string): Promise<void> {
  const help = await mustRun(process.execPath, ["--import", "tsx", "cli/main.ts", "--help"]);
  assert.match(help, new RegExp(`^ {2}turnbase ${name} `, "m"));
}

/** Fails unless the CLI has the command and each of the flags. */
async function checkCli(command: string[], flags: string[]): Promise<void> {
  const name = command.join(" ");
  const cli = join(root, "node_modules", "supabase", "dist", "supabase.js");
  const help = await mustRun(process.execPath, [cli, ...command, "--help"]);
  // For a command that it does not know it prints the help of the one above.
  assert.ok(help.includes(`supabase ${name}`), `no command ${name}:\n${help}`);
  for (const flag of flags) {
    assert.match(help, new RegExp(`${flag}(?![\\w-])`), `supabase ${name} has no ${flag}`);
  }
}

for (const command of commands) {
  test(`line ${command.line}: ${command.text}`, { timeout: 120_000 }, () => runCommand(command));
}

async function runCommand(command: Command): Promise<void> {
  const treatment = treat(command);
  assert.ok(treatment, `no rule says how to run this: ${command.text}`);
  if ("reason" in treatment) console.log(`# not run: ${command.text}: ${treatment.reason}`);
  switch (treatment.how) {
    case "lockfile": {
      const lock: { packages: Record<string, Record<string, unknown>> } = JSON.parse(
        readFileSync(join(root, "package-lock.json"), "utf8"),
      );
      for (const kind of ["dependencies", "devDependencies"]) {
        assert.deepEqual(lock.packages[""]?.[kind], manifest[kind], `package-lock.json: ${kind}`);
      }
      break;
    }
    case "script": {
      const script = command.words.at(-1) ?? "";
      const [, file = ""] = /^node --import tsx (\S+)/.exec(manifest.scripts[script] ?? "") ?? [];
      assert.ok(readFileSync(join(root, file), "utf8"), script);
      break;
    }
    case "turnbase":
      await checkTurnbase(command.words.at(-1) ?? "");
      break;
    case "supabase":
      await checkCli(treatment.command, treatment.flags);
      break;
    case "run":
      await runScript(treatment.script, treatment.arguments);
  }
}

async function runScript(script: string, given: string[]): Promise<void> {
  assert.ok(script in manifest.scripts, script);
  if (script === "start") return assert.match(stack.output, /Ctrl-C stops the stack/);
  if (script === "db:reset") {
    await mustRun(process.execPath, scriptArgs(script, ["--port", String(stack.api), ...given]));
    return;
  }
  const ports = ["--port", String(await freePort()), "--db-port", String(await freePort())];
  const own = [...ports, "--data-dir", join(data, script)];
  const output = await mustRun(process.execPath, scriptArgs(script, [...own, ...given]));
  // What the text below the command promises.
  assert.match(output, /\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/, "a session id");
  assert.match(output, /1\s+user[\s\S]*2\s+assistant/, "ordered messages");
  assert.match(output, /0\.0008/, "the cost");
}

for (const block of blocks.filter(({ language }) => language === "ts")) {
  test(`line ${block.line}: the TypeScript block compiles`, { timeout: 60_000 }, async () => {
    writeBlock(block);
    await mustRun(process.execPath, [
      join(root, "node_modules", "typescript", "bin", "tsc"),
      "-p",
      workshop,
    ]);
  });
  test(`line ${block.line}: the TypeScript block runs`, { timeout: 60_000 }, () => runBlock(block));
}

function writeBlock(block: Block): string {
  const file = join(workshop, `line-${block.line}.ts`);
  // npm start listens on 54321; here it got a port of its own.
  writeFileSync(file, block.code.replaceAll(":54321", `:${stack.api}`));
  writeFileSync(
    join(workshop, "tsconfig.json"),
    JSON.stringify({ extends: "../../tsconfig.json", include: [], exclude: [], files: [file] }),
  );
  return file;
}

async function runBlock(block: Block): Promise<void> {
  const output = await mustRun(process.execPath, ["--import", "tsx", writeBlock(block)]);
  assert.ok(output.trim(), "it prints nothing");
}

for (const block of blocks.filter(({ language }) => language === "sql")) {
  test(`line ${block.line}: the SQL block runs and finds rows`, { timeout: 30_000 }, async () => {
    const client = new pg.Client({ connectionString: stack.dbUrl });
    await client.connect();
    try {
      const { rows } = await client.query<Record<string, unknown>>(block.code);
      assert.ok(rows.length > 0, "no row");
    } finally {
      await client.end();
    }
  });
}

test("after npm run db:reset the TypeScript blocks run again, without a restart", {
  timeout: 120_000,
}, async () => {
  await mustRun(process.execPath, scriptArgs("db:reset", ["--port", String(stack.api)]));
  for (const block of blocks.filter(({ language }) => language === "ts")) await runBlock(block);
});

test("a block or a command that nobody knows is not passed over", async () => {
  const strange = readBlocks("text\n```ruby\nputs 1\n```\n```bash\nrm -rf data && npm ci\n```\n");
  assert.deepEqual(strange.map(({ language, line }) => [language, line]), [["ruby", 3], [
    "bash",
    6,
  ]]);
  const [remove, install] = strange.slice(1).flatMap(readCommands);
  assert.ok(remove && install);
  assert.equal(treat(remove), undefined);
  assert.equal(treat(install)?.how, "lockfile");
  for (
    const text of ["npm run nonsense", "npx supabase projects delete", "npm install", "curl x"]
  ) {
    assert.equal(treat({ text, words: text.split(" "), line: 1 }), undefined, text);
  }
  await assert.rejects(checkCli(["db", "push"], ["--no-such-flag"]), /has no --no-such-flag/);
  await assert.rejects(checkCli(["db", "nonsense"], []));
  assert.throws(() => readBlocks("```ts\nlet open;"), /never closed/);
});
