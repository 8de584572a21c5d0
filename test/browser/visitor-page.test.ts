import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import type * as Visitor from "../../examples/visitor-client/visitor.ts";
import { root } from "../../local/paths.ts";
import { freePort, host } from "../../local/ports.ts";
import { type Api, openTestApi } from "../api/support.ts";
import { readBlocks } from "../readme/blocks.ts";
import { type Functions, openFunctions, stored, until } from "../examples/visitor.ts";

const example = join(root, "examples", "visitor-client");
const browserPath = process.env["CHROMIUM_BIN"] || onPath();
const skip = browserPath
  ? false
  : "no Chromium: set CHROMIUM_BIN, or put chromium, chromium-browser or google-chrome on PATH";

function onPath(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return ["chromium", "chromium-browser", "google-chrome"]
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Compiles the module by the command that the README gives, into a folder of ours. */
async function compile(outDir: string): Promise<void> {
  const readme = readFileSync(join(example, "README.md"), "utf8");
  const command = readBlocks(readme).flatMap(({ code }) => code.split("\n"))
    .find((line) => line.startsWith("npx tsc "));
  const words = command?.split(" ").slice(2) ?? [];
  assert.equal(words.at(-2), "--outDir");
  const tsc = join(root, "node_modules", ".bin", "tsc");
  await promisify(execFile)(tsc, [...words.slice(0, -1), outDir], { cwd: root });
}

describe("the page in a browser", () => {
  const folder = mkdtempSync(join(tmpdir(), "turnbase-visitor-"));
  let api: Api;
  let functions: Functions;
  let browser: Browser;
  let origin: string;
  let functionsUrl: string;
  const contexts: BrowserContext[] = [];
  const errors: Error[] = [];

  const site = createServer((request, response) => {
    const page = readFileSync(join(example, "index.html"), "utf8");
    const files: Record<string, [type: string, text: () => string]> = {
      "/": ["text/html", () => page.replace("http://127.0.0.1:54321/functions/v1", functionsUrl)],
      "/visitor.js": [
        "text/javascript",
        () => readFileSync(join(folder, "visitor.js"), "utf8"),
      ],
      "/empty": ["text/html", () => "<!doctype html><title>Empty</title>"],
    };
    const [type, text] = files[request.url ?? ""] ?? ["text/plain", () => ""];
    response.writeHead(text() ? 200 : 404, { "content-type": type }).end(text());
  });

  before(async () => {
    if (skip) return;
    const port = await freePort();
    origin = `http://${host}:${port}`;
    await new Promise<void>((resolve) => site.listen(port, host, resolve));
    api = await openTestApi();
    [functions, browser] = await Promise.all([
      openFunctions(api, { ALLOWED_ORIGINS: origin }),
      chromium.launch({
        ...(browserPath ? { executablePath: browserPath } : {}),
        // Root has no sandbox, in containers above all.
        chromiumSandbox: process.getuid?.() !== 0,
      }),
      compile(folder),
    ]);
    functionsUrl = functions.url;
  });
  after(async () => {
    await browser?.close();
    site.close();
    site.closeAllConnections();
    await functions?.[Symbol.asyncDispose]();
    await api?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
    functionsUrl = functions?.url;
    await functions?.up();
    assert.deepEqual(errors.splice(0), [], "uncaught errors and unhandled rejections");
  });

  async function visit(width = 1280): Promise<BrowserContext> {
    const context = await browser.newContext({ viewport: { width, height: 800 } });
    contexts.push(context);
    return context;
  }

  async function open(context: BrowserContext, path = "/", at = origin): Promise<Page> {
    const page = await context.newPage();
    page.on("pageerror", (error) => errors.push(error));
    await page.goto(`${at}${path}`);
    return page;
  }

  function session(page: Page): Promise<string> {
    return until("a session", async () => {
      const kept = await page.evaluate(() => localStorage.getItem("turnbase.visitor.session"));
      return String((JSON.parse(kept ?? "{}") as { sessionId?: string }).sessionId ?? "");
    });
  }

  function waiting(page: Page): Promise<number> {
    return page.evaluate(() =>
      Object.keys(localStorage).filter((key) => key.startsWith("turnbase.visitor.turn.")).length
    );
  }

  async function ask(page: Page, question: string): Promise<void> {
    await page.getByLabel("Question").fill(question);
    await page.getByRole("button", { name: "Ask" }).click();
    await page.getByText(fake(question), { exact: true }).waitFor();
  }

  function fake(question: string): string {
    return `This is a fake answer. You asked: ${question}`;
  }

  function lines(...questions: string[]): string[] {
    return questions.flatMap((text) => [`user: ${text}`, `assistant: ${fake(text)}`]);
  }

  const shown = (page: Page) => page.locator("#chat li").allTextContents();

  test("a session starts with the device of the window", { skip }, async () => {
    for (const [width, device] of [[375, "mobile"], [800, "tablet"], [1280, "desktop"]] as const) {
      const page = await open(await visit(width));
      const [row] = await api.select(`
        select device_type, user_agent from public.session_clients
        where session_id = '${await session(page)}'`);
      assert.equal(row?.["device_type"], device);
      assert.equal(row?.["user_agent"], await page.evaluate(() => navigator.userAgent));
    }
  });

  test(
    "a turn is logged, and a reload keeps the session and shows it again",
    { skip },
    async () => {
      const page = await open(await visit());
      const id = await session(page);
      await ask(page, "Do you ship to Oslo?");
      await until("the queue", () => waiting(page), (count) => count === 0);
      assert.deepEqual(await stored(api, id), lines("Do you ship to Oslo?"));
      await page.getByText("Logged; 0 waiting, 0 given up.").waitFor();
      await page.reload();
      await until("the chat", () => shown(page), (texts) => texts.length === 2);
      assert.deepEqual(await shown(page), ["Do you ship to Oslo?", fake("Do you ship to Oslo?")]);
      assert.equal(await session(page), id);
      await ask(page, "And to Rome?");
      await until("the queue", () => waiting(page), (count) => count === 0);
      assert.deepEqual(await stored(api, id), lines("Do you ship to Oslo?", "And to Rome?"));
    },
  );

  test(
    "logging goes down: the chat goes on, and what was said arrives later",
    { skip },
    async () => {
      const page = await open(await visit());
      const id = await session(page);
      await functions.down();
      await ask(page, "Anybody there?");
      await ask(page, "Hello?");
      await page.getByText("Logged; 2 waiting, 0 given up.").waitFor();
      assert.deepEqual(await stored(api, id), []);
      await functions.up();
      await until("the queue", () => waiting(page), (count) => count === 0);
      assert.deepEqual(await stored(api, id), lines("Anybody there?", "Hello?"));
    },
  );

  test(
    "logging was never there: the chat works, and a reload sends what waited",
    { skip },
    async () => {
      functionsUrl = `http://${host}:${await freePort()}/functions/v1`;
      const page = await open(await visit());
      await ask(page, "Is this on?");
      await page.getByText("Not logged yet; 1 waiting, 0 given up.").waitFor();
      functionsUrl = functions.url;
      await page.reload();
      await until("the queue", () => waiting(page), (count) => count === 0);
      assert.deepEqual(await stored(api, await session(page)), lines("Is this on?"));
    },
  );

  test("an origin that is not allowed: the chat works", { skip }, async () => {
    const page = await open(await visit(), "/", origin.replace(host, "localhost"));
    await ask(page, "Is this on?");
    await page.getByText("Not logged yet; 1 waiting, 0 given up.").waitFor();
  });

  test("a page that closes sends what waits", { skip }, async () => {
    const page = await open(await visit(), "/empty");
    await page.evaluate(async ([url = "", path = ""]) => {
      const { createVisitorClient }: typeof Visitor = await import(path);
      // Such a pause, that nothing but the end of the page can send the turn.
      const visitor = createVisitorClient({ functionsUrl: url, retryMs: 60_000 });
      await visitor.start();
      Object.assign(globalThis, { visitor });
    }, [functions.url, "/visitor.js"]);
    const id = await session(page);
    await functions.down();
    await page.evaluate(async () => {
      const { visitor } = globalThis as unknown as { visitor: Visitor.VisitorClient };
      visitor.log({ userMessage: "Bye", aiResponse: "Bye" });
      await visitor.flush();
    });
    assert.equal(await waiting(page), 1);
    await functions.up();
    await page.goto("about:blank");
    await until("the turn", () => stored(api, id), (texts) => texts.length === 2);
  });

  test(
    "two tabs start one session, share the queue, and each turn arrives once",
    { skip },
    async () => {
      const context = await visit();
      const tabs = await Promise.all([open(context), open(context)]);
      const [one, two] = tabs;
      assert.ok(one && two);
      const id = await session(one);
      await functions.down();
      await Promise.all(
        tabs.map(async (tab, at) => {
          for (let k = 0; k < 3; k++) await ask(tab, `${at}-${k}`);
        }),
      );
      await functions.up();
      await until("the queue", () => waiting(one), (count) => count === 0);
      const wanted = [0, 1].flatMap((at) => [0, 1, 2].map((k) => `${at}-${k}`));
      assert.deepEqual((await stored(api, id)).toSorted(), lines(...wanted).toSorted());
      assert.equal(await session(two), id);
    },
  );
});
