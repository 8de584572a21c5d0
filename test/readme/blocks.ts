export interface Block {
  language: string;
  code: string;
  /** Of its first line of code, counted from 1. */
  line: number;
}

/** The fenced blocks of a Markdown text. */
export function readBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { fence: string; block: Block; lines: string[] } | undefined;
  for (const [index, text] of markdown.split("\n").entries()) {
    if (open) {
      if (text.trim() === open.fence) {
        blocks.push({ ...open.block, code: open.lines.join("\n") });
        open = undefined;
      } else open.lines.push(text);
      continue;
    }
    const [, fence, language = ""] = /^\s*(`{3,}|~{3,})\s*(\S*)/.exec(text) ?? [];
    if (fence) open = { fence, block: { language, code: "", line: index + 2 }, lines: [] };
  }
  if (open) throw new Error(`the block of line ${open.block.line - 1} is never closed`);
  return blocks;
}

/** The code of the blocks of one language. */
export function codeIn(markdown: string, language: string): string[] {
  return readBlocks(markdown).filter((block) => block.language === language)
    .map(({ code }) => code);
}

export interface Command {
  text: string;
  words: string[];
  line: number;
}

/** The commands of a shell block, those joined by && one by one. */
export function readCommands(block: Block): Command[] {
  const commands: Command[] = [];
  for (const [index, text] of block.code.split("\n").entries()) {
    for (const part of text.replace(/(^|\s)#.*$/, "").split("&&")) {
      const command = part.trim();
      if (command) {
        commands.push({ text: command, words: command.split(/\s+/), line: block.line + index });
      }
    }
  }
  return commands;
}

export type Treatment =
  | { how: "run"; script: string; arguments: string[] }
  | { how: "supabase"; reason: string; command: string[]; flags: string[] }
  | { how: "lockfile" | "script" | "turnbase"; reason: string };

/** Why a command of the CLI is not run here; its name and flags are. */
const cliReasons: Record<string, string> = {
  "login": "asks for the token of an account",
  "link": "needs a hosted project",
  "db push": "needs a linked project; test/stack runs it against databases of our own",
  "functions deploy": "needs a linked project",
  "start": "needs Docker",
  "db reset": "needs Docker without --remote; npm run db:reset is the same command with it",
  "test db": "needs Docker; npm test runs the same files",
  "gen types": "needs Docker without --remote; npm run types is the same command with it",
};

/** npm scripts that are run as they stand, with free ports and a folder of their own. */
const runnable = new Set(["demo", "start", "db:reset"]);

/** What the test does with a command; undefined for one that no rule knows. */
export function treat({ words }: Command): Treatment | undefined {
  const [program, ...rest] = words;
  if (program === "npm" && rest[0] === "ci" && rest.length === 1) {
    return { how: "lockfile", reason: "would take away the packages that this test runs on" };
  }
  if (program === "npm") {
    const [verb = "", ...more] = rest;
    const script = verb === "run" ? more.shift() : verb;
    if (!script || (verb !== "run" && !["test", "start"].includes(verb))) return undefined;
    const given = more[0] === "--" ? more.slice(1) : more;
    if (runnable.has(script)) return { how: "run", script, arguments: given };
    if (script === "test") return { how: "script", reason: "is what runs this test" };
    if (script === "types") {
      return { how: "script", reason: "writes a file; types:check compares it" };
    }
    return undefined;
  }
  if (program === "npx" && rest[0] === "turnbase") {
    return { how: "turnbase", reason: "test/package runs it, from an archive and in a project" };
  }
  if (program === "npx" && rest[0] === "supabase") {
    const flags = rest.filter((word) => word.startsWith("--")).map((flag) =>
      flag.split("=")[0] ?? ""
    );
    const end = rest.findIndex((word) => word.startsWith("-"));
    const command = rest.slice(1, end === -1 ? undefined : end);
    const reason = cliReasons[command.join(" ")];
    return reason ? { how: "supabase", reason, command, flags } : undefined;
  }
  return undefined;
}
