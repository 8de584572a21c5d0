import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { add } from "../../cli/add.ts";
import { denoFmt } from "../../local/deno.ts";
import { root } from "../../local/paths.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import { NodeWebSocket } from "../../local/websocket.ts";
import { addOptions, makeProject, put, said } from "../cli/support.ts";
import { codeIn, readBlocks } from "../readme/blocks.ts";
import { pack, pushAll, runProgram, shop } from "./support.ts";

const timeout = 600_000;
let stack: Stack;
let dir = "";
let folder = "";
const undo: (() => unknown)[] = [];

/** A project of forty migrations, as it runs before Turnbase comes. */
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "turnbase-quickstart-"));
  dir = await makeProject({ after: (fn) => undo.push(fn) }, shop());
  stack = await startStack({
    engine: "pglite",
    dataDir: "memory",
    apiPort: 0,
    dbPort: 0,
    functions: false,
    project: dir,
  });
}, { timeout });

after(async () => {
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
  for (const fn of undo) await fn();
});

const page = (name: string) => readFile(join(root, "docs", name), "utf8");

/** The blocks of a page that stand under the name of a file. */
async function filesOf(name: string): Promise<[file: string, code: string][]> {
  const text = await page(name);
  const lines = text.split("\n");
  return readBlocks(text).filter(({ language }) => language === "ts").flatMap(({ code, line }) => {
    const [, file] = /^`([\w./+-]+)`.*:$/.exec(lines[line - 4] ?? "") ?? [];
    return file === undefined ? [] : [[file, `${code}\n`]];
  });
}

test(
  "an existing project has its first cost in five minutes and five commands",
  { timeout },
  async () => {
    const [archive] = [await pack(folder)].map((made) => made.archive);
    const [[file, code] = ["", ""]] = await filesOf("quickstart-supabase-js.md");
    assert.equal(file, "chat.ts");
    const text = await page("add-to-existing.md");
    const [, , transcript = ""] =
      /<!-- begin transcript -->\n([^]*?)```console\n([^]*?)\n```\n/.exec(text) ?? [];
    const commands = transcript.split("\n").filter((line) => line.startsWith("$ "))
      .map((line) => line.slice(2));
    assert.ok(commands.length > 0 && commands.length <= 5, `${commands.length} commands`);
    const said: string[] = [];
    const began = performance.now();
    for (const command of commands) {
      const started = performance.now();
      const output = await type(command, archive ?? "", code);
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      said.push(`$ ${command}`, ...shorten(output), `# ${seconds} s`);
    }
    const seconds = (performance.now() - began) / 1000;
    console.log(`# five minutes: ${commands.length} commands in ${seconds.toFixed(0)} s`);
    assert.ok(seconds < 300, `${seconds} s`);
    // Times and stamps are those of the day.
    const stable = (lines: string) =>
      lines.replace(/\d{14}/g, "<time>").replace(/^# \d+ s$/gm, "# <n> s");
    if (process.env["TURNBASE_TRANSCRIPT"]) console.error(said.join("\n"));
    assert.equal(stable(said.join("\n")), stable(transcript));
  },
);

/** Types a command of the page; npx would take the package from the registry, and the CLI from it, too. */
async function type(command: string, archive: string, chat: string): Promise<string> {
  const words = command.split(" ");
  if (words[0] === "npx" && words[1] === "turnbase") {
    const { code, output } = await runProgram(
      "npx",
      ["--yes", "--package", archive, ...words.slice(1)],
      { cwd: dir },
    );
    // The first answer is what is taken, and the way out.
    assert.equal(code, words.includes("--without") ? 0 : 3, output);
    return output.replaceAll(dir, "~/shop");
  }
  if (command === "npx supabase db push") return await pushAll(dir, stack.dbUrl);
  if (words[0] === "npm" && words[1] === "install") {
    await put(dir, "package.json", '{ "private": true, "type": "module" }\n');
    const { code, output } = await runProgram(
      "npm",
      [...words.slice(1), "--no-audit", "--no-fund"],
      { cwd: dir },
    );
    assert.equal(code, 0, output);
    return output;
  }
  assert.equal(words.at(-2), "node");
  // Node 20 has neither WebSocket nor TypeScript by itself.
  await put(dir, "chat.ts", chat);
  const flags = Number.parseInt(process.versions.node) < 22 ? ["--experimental-websocket"] : [];
  const tsx = pathToFileURL(join(root, "node_modules/tsx/dist/loader.mjs")).href;
  const { code, output } = await runProgram(
    process.execPath,
    [...flags, "--disable-warning=ExperimentalWarning", "--import", tsx, "chat.ts"],
    {
      cwd: dir,
      env: { ...process.env, SUPABASE_URL: stack.apiUrl, SUPABASE_ANON_KEY: stack.anonKey },
    },
  );
  assert.equal(code, 0, output);
  return output;
}

/** What of a long output is worth reading. */
function shorten(output: string): string[] {
  const lines = output.trimEnd().split("\n").filter((line) =>
    !/^(npm (notice|warn)|added \d+ packages|Target: |Confirmed by|Finished supabase|NOTICE|$)/
      .test(line) &&
    !/^Applying migration .*(?<!_0010_foundation|_0990_store_doctor)\.sql\.\.\.$/.test(line)
  );
  // Of the list of files, the first and the last.
  const names = lines.filter((line) => /^ {10}\S/.test(line));
  return lines.filter((line) =>
    !names.includes(line) || /0010_foundation|0990_store_doctor/.test(line)
  )
    .map((line) => line.trimEnd());
}

test("the pages' files are well typed, and answer a signed-in user", { timeout }, async (t) => {
  const app = await makeProject(t);
  await said(add, { ...addOptions, dir: app });
  await symlink(join(root, "node_modules"), join(app, "node_modules"));
  await put(app, "package.json", '{ "private": true, "type": "module" }\n');
  await put(app, "next/env.d.ts", "export {};\n");
  const pages = {
    next: "quickstart-nextjs.md",
    svelte: "quickstart-sveltekit.md",
    plain: "quickstart-supabase-js.md",
  };
  for (const [name, file] of Object.entries(pages)) {
    const files = await filesOf(file);
    assert.ok(files.length > 0, file);
    for (const [path, code] of files) {
      assert.equal(denoFmt(code, "ts"), code, `${file}: ${path} is not formatted`);
      await put(app, `${name}/${path}`, code);
    }
    await symlink(join(app, "types"), join(app, name, "types"));
  }
  await symlink(join(app, "types"), join(app, "svelte/src/types"));
  const stub = `declare module "$env/static/public" {
    export const PUBLIC_SUPABASE_URL: string; export const PUBLIC_SUPABASE_ANON_KEY: string;
  }\n`;
  await put(app, "svelte/env.d.ts", stub);
  const lastOf = async (name: string) => codeIn(await page(name), "ts").at(-1) ?? "";
  const component = await lastOf(pages.svelte);
  await put(app, "plain/transport.ts", await lastOf(pages.plain));
  await put(
    app,
    "svelte/component.ts",
    `import { supabase } from "./client";\n${component}\nexport { send };\n`,
  );
  await put(
    app,
    "svelte/client.ts",
    `import { type SupabaseClient } from "@supabase/supabase-js";
export const { browser: supabase } = globalThis as unknown as { browser: SupabaseClient };\n`,
  );
  await put(
    app,
    "tsconfig.json",
    JSON.stringify({
      compilerOptions: {
        target: "es2023",
        lib: ["es2023", "dom", "dom.iterable"],
        module: "esnext",
        moduleResolution: "bundler",
        strict: true,
        skipLibCheck: true,
        noUncheckedIndexedAccess: true,
        noEmit: true,
        types: ["node"],
        preserveSymlinks: true,
      },
      include: ["next", "svelte", "plain", "types"],
    }),
  );
  const tsc = await runProgram(process.execPath, [
    join(root, "node_modules/typescript/bin/tsc"),
    "-p",
    app,
  ], { cwd: app });
  assert.equal(tsc.code, 0, tsc.output);

  // A model says something else each time.
  for (const path of ["next/app/api/chat/route.ts", "svelte/src/routes/api/chat/+server.ts"]) {
    const code = await readFile(join(app, path), "utf8");
    const said = "`You said: ${question}`";
    assert.ok(code.includes(said), path);
    const other = `${said} + (calls++ || '') + (await globalThis.thinking?.() ?? '')`;
    await put(app, path, `let calls = 0;\n${code.replace(said, other)}`);
  }

  const supabase: SupabaseClient = createClient(stack.apiUrl, stack.anonKey, {
    auth: { persistSession: false },
    realtime: { transport: NodeWebSocket },
  });
  const { error } = await supabase.auth.signUp({
    email: `${randomUUID()}@example.com`,
    password: "correct horse",
  });
  assert.equal(error, null);
  console.log(
    "# not run: next and @sveltejs/kit themselves; their files were called with a Request",
  );

  // The browser's side runs here, too: its fetch goes to the route.
  const script = `
    const { createClient } = await import("@supabase/supabase-js");
    const browser = createClient(process.env.URL, process.env.KEY, { auth: { persistSession: false } });
    await browser.auth.setSession(JSON.parse(process.env.SESSION));
    const next = await import(process.env.APP + "/next/app/api/chat/route.ts");
    const { send } = await import(process.env.APP + "/next/lib/send.ts");
    const real = globalThis.fetch;
    let route = next.POST;
    globalThis.fetch = (to, init) =>
      to === "/api/chat" ? route(new Request("http://127.0.0.1/api/chat", init)) : real(to, init);
    const turnId = crypto.randomUUID();
    const first = await send(browser, "Hello?", { turnId });
    const again = await send(browser, "Hello?", { turnId, sessionId: first.sessionId });
    // The first answer never came.
    const lost = await send(browser, "Hello?", { turnId });
    const svelte = await import(process.env.APP + "/svelte/src/routes/api/chat/+server.ts");
    const headers = { Authorization: "Bearer " + (await browser.auth.getSession()).data.session.access_token };
    const post = (body) => svelte.POST({ request: new Request("http://127.0.0.1/api/chat", {
      method: "POST", headers, body: JSON.stringify(body) }) });
    const answer = await (await post({ message: "And now?", sessionId: first.sessionId, turnId: crypto.randomUUID() })).json();
    const url = new URL("http://127.0.0.1/api/chat?session=" + first.sessionId);
    const history = await (await svelte.GET({ request: new Request(url, { headers }), url })).json();
    globalThis.browser = browser;
    const component = await import(process.env.APP + "/svelte/component.ts");
    // As SvelteKit does for an origin that it does not know, such as one behind a proxy.
    route = async (request) => request.headers.get("content-type") === "application/json"
      ? await svelte.POST({ request })
      : new Response("Cross-site POST form submissions are forbidden", { status: 403 });
    const asked = [await component.send("Who?")];
    const second = crypto.randomUUID();
    for (let n = 0; n < 2; n++) asked.push(await component.send("And who?", second));
    const routes = {
      next: (init) => next.POST(new Request("http://127.0.0.1/api/chat", { method: "POST", ...init })),
      svelte: (init) => svelte.POST({ request: new Request("http://127.0.0.1/api/chat", { method: "POST", ...init }) }),
    };
    const strangers = await Promise.all([{}, { Authorization: "Bearer " }, { Authorization: "Bearer x" }].flatMap(
      (headers) => [
        svelte.GET({ request: new Request(url, { headers }), url }),
        ...Object.values(routes).map((post) => post({ headers, body: JSON.stringify({ message: "Hi", turnId: crypto.randomUUID() }) })),
      ].map((response) => response.then(({ status }) => status, (e) => e.code)),
    ));
    const tries = {};
    for (const [name, post] of Object.entries(routes)) {
      const ask = async (body) => {
        const response = await post({ headers, body: JSON.stringify(body) });
        return response.status === 200 ? await response.json() : response.status;
      };
      const half = await ask({ message: "x".repeat(79) + "🚀🚀", turnId: crypto.randomUUID() }).catch((e) => e.code);
      // Sent again before the first has its answer.
      globalThis.thinking = () => new Promise((resolve) => setTimeout(resolve, 500, ""));
      const turn = { message: "Still there?", turnId: crypto.randomUUID(), sessionId: first.sessionId };
      const twice = await Promise.all([ask(turn), ask(turn).catch((e) => e.details)]);
      globalThis.thinking = undefined;
      const { error } = await browser.rpc("append_messages", {
        p_session_id: first.sessionId,
        p_messages: [{ role: "assistant", content: "Better.", parent: turn.turnId }],
      });
      const regenerated = await ask(turn).catch((e) => e.details);
      tries[name] = { half, twice, error, regenerated };
    }
    console.log(JSON.stringify({ first, again, lost, asked, answer, history, strangers, tries }));`;
  // What SvelteKit makes of the environment.
  const env = `export const PUBLIC_SUPABASE_URL = ${JSON.stringify(stack.apiUrl)};
export const PUBLIC_SUPABASE_ANON_KEY = ${JSON.stringify(stack.anonKey)};`;
  await put(
    app,
    "run.mjs",
    `import { registerHooks, register } from "node:module";\n${script}\n`.replace(
      /^import .*\n/,
      "",
    ),
  );
  await put(
    app,
    "loader.mjs",
    `export const resolve = (name, context, next) =>
    name === "$env/static/public"
      ? { url: "data:text/javascript," + encodeURIComponent(${
      JSON.stringify(env)
    }), shortCircuit: true }
      : next(name, context);\n`,
  );
  await put(
    app,
    "hooks.mjs",
    `import { register } from "node:module"; register("./loader.mjs", import.meta.url);\n`,
  );
  const tsx = pathToFileURL(join(root, "node_modules/tsx/dist/loader.mjs")).href;
  const flags = Number.parseInt(process.versions.node) < 22 ? ["--experimental-websocket"] : [];
  const session = (await supabase.auth.getSession()).data.session;
  const { code, output } = await runProgram(
    process.execPath,
    [
      ...flags,
      "--disable-warning=ExperimentalWarning",
      "--import",
      tsx,
      "--import",
      "./hooks.mjs",
      "run.mjs",
    ],
    {
      cwd: app,
      env: {
        ...process.env,
        APP: app,
        URL: stack.apiUrl,
        KEY: stack.anonKey,
        NEXT_PUBLIC_SUPABASE_URL: stack.apiUrl,
        NEXT_PUBLIC_SUPABASE_ANON_KEY: stack.anonKey,
        SESSION: JSON.stringify(session),
      },
    },
  );
  assert.equal(code, 0, output);
  const answers = JSON.parse(output.trim().split("\n").at(-1) ?? "{}");
  const cost = (120 * 2.5 + 30 * 10) / 1e6;
  assert.equal(answers.first.cost, cost);
  assert.deepEqual(answers.again, answers.first, "the same turn again");
  assert.deepEqual(answers.lost, answers.first, "and by who does not know its session");
  assert.equal(answers.answer.cost, 2 * cost);
  assert.deepEqual(
    answers.asked.map((one: typeof answers.first) => [one.sessionId, one.cost]),
    [cost, 2 * cost, 2 * cost].map((all) => [answers.asked[0].sessionId, all]),
    "messages of one session, the second sent twice",
  );
  assert.deepEqual(answers.history.map(({ content }: { content: string }) => content), [
    "Hello?",
    "You said: Hello?",
    "And now?",
    "You said: And now?",
  ]);
  assert.deepEqual(answers.strangers, Array(9).fill(401), "without a user's token");
  for (const path of ["next", "svelte"]) {
    const { half, twice, error, regenerated } = answers.tries[path];
    assert.match(half.text, /^You said: x{79}🚀🚀/, `${path}: an emoji at the end of the title`);
    assert.equal(twice[0].text, twice[1].text, `${path}: sent again while the first call runs`);
    assert.equal(error, null);
    assert.equal(regenerated.text, twice[0].text, `${path}: sent again once there are two answers`);
  }
});
