import { fork, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, statfs, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { z } from "zod";
import { root, stateDir } from "../../local/paths.ts";
import { reaper } from "../../local/reaper.ts";
import { endOnSignal } from "../bench.ts";
import {
  databaseBytes,
  describeCheckout,
  describeMachine,
  describeServer,
  loadOfMachine,
  machineName,
} from "../machine.ts";
import { openServer, reopen, type Server } from "../server.ts";
import type { Contender, Place } from "./contender.ts";
import { chooseContenders } from "./contenders/index.ts";
import { runSql } from "./contenders/pool.ts";
import { randomFrom, shuffled } from "./data.ts";
import type { Scale } from "./phases.ts";
import { peersPage, peersPicture } from "./report.ts";
import { type ContenderResult, type PeersResults, peersResults } from "./results.ts";
import { describePeers } from "./table.ts";
import type { Task, Word } from "./worker.ts";

const usage =
  `npm run bench:peers [-- <flags>]    measure Turnbase beside other stores of conversations
  --size 20k|200k  how many messages the store holds that is read (default 200k)
  --rounds <n>     of everything (default 5; with 20k 1)
  --peers <list>   only those whose names contain one of these words, and ours, without search and realtime
  --save           write to bench/results/peers instead of .local/bench/peers
  --file <json>    show results that are there; with --save, write their report
  --help
What it is measured beside is installed in bench/peers by the first run; with 20k, what is not installed is skipped.`;

const folder = fileURLToPath(new URL(".", import.meta.url));
const log = (line: string) => console.error(line);
const phaseLimitMs = 30_000;
/** Of one thread that is loaded: the long one takes some stores a while. */
const loadLimitMs = 240_000;

const scales: Record<
  PeersResults["flags"]["size"],
  Scale & { slowThreads: number; rounds: number }
> = {
  "20k": {
    threads: 10,
    slowThreads: 2,
    turnsPerThread: 20,
    loaded: 100,
    reads: 40,
    phaseMs: 500,
    rounds: 1,
  },
  "200k": {
    threads: 50,
    slowThreads: 10,
    turnsPerThread: 20,
    loaded: 1000,
    reads: 200,
    phaseMs: 3000,
    rounds: 5,
  },
};

interface Options {
  size: PeersResults["flags"]["size"];
  rounds: number;
  peers: string[];
  save: boolean;
  file: string | undefined;
}

function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      size: { type: "string", default: "200k" },
      rounds: { type: "string" },
      peers: { type: "string" },
      save: { type: "boolean", default: false },
      file: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return undefined;
  const { size } = values;
  if (size !== "20k" && size !== "200k") throw new Error(`--size is 20k or 200k, not ${size}`);
  const rounds = Number(values.rounds ?? scales[size].rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Error(`--rounds is a whole number from 1 on`);
  }
  return {
    size,
    rounds,
    peers: values.peers?.split(",").map((name) => name.trim()).filter(Boolean) ?? [],
    save: values.save,
    file: values.file,
  };
}

async function main(): Promise<void> {
  const options = readOptions();
  if (!options) return console.log(usage);
  if (options.file !== undefined) {
    const found = await readPeers(options.file);
    console.log(describePeers(found));
    if (options.save) await writeReport(resultsFolder(true), found);
    return;
  }
  const chosen = chooseContenders(options.peers);
  if (options.size !== "20k") install(chosen);
  const found = await measureAll(chosen, options);
  console.log(describePeers(found));
  const out = resultsFolder(options.save);
  await mkdir(out, { recursive: true });
  const file = join(out, `${found.at.slice(0, 10)}-${machineName(found.machine)}.json`);
  await writeFile(file, `${JSON.stringify(found, rounded, 1)}\n`);
  await writeReport(out, found);
  console.log(
    `\n${found.minutes.toFixed(1)} minutes. Raw results: ${relative(process.cwd(), file)}`,
  );
  if (found.contenders.some(({ kind, problems }) => kind === "product" && problems.length > 0)) {
    process.exitCode = 1;
  }
}

function resultsFolder(save: boolean): string {
  return save ? join(root, "bench", "results", "peers") : join(stateDir, "bench", "peers");
}

async function readPeers(file: string): Promise<PeersResults> {
  const read = peersResults.safeParse(JSON.parse(await readFile(file, "utf8")));
  if (!read.success) throw new Error(`${file} holds no results: ${z.prettifyError(read.error)}`);
  return read.data;
}

async function writeReport(out: string, found: PeersResults): Promise<void> {
  await writeFile(join(out, "peers.svg"), peersPicture(found));
  await writeFile(join(out, "report.html"), peersPage(found));
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toFixed(4)) : value;
}

/** Where packages are missing, all of them as the lockfile of bench/peers says. */
function install(chosen: readonly Contender[]): void {
  if (chosen.every((one) => missing(one) === undefined)) return;
  log("Installing what Turnbase is measured beside (npm ci in bench/peers)...");
  const { status } = spawnSync("npm", ["ci", "--prefix", folder, "--no-audit", "--no-fund"], {
    stdio: ["ignore", "ignore", "inherit"],
    cwd: folder,
  });
  if (status !== 0) throw new Error("npm ci in bench/peers failed");
}

function missing({ packages }: Contender): string | undefined {
  return packages.find((name) => !existsSync(join(folder, "node_modules", name, "package.json")));
}

async function versionsOf({ packages }: Contender): Promise<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const name of packages) {
    const text = await readFile(join(folder, "node_modules", name, "package.json"), "utf8");
    // Written by npm.
    versions[name] = (JSON.parse(text) as { version: string }).version;
  }
  return versions;
}

async function measureAll(chosen: readonly Contender[], options: Options): Promise<PeersResults> {
  const started = performance.now();
  const before = loadOfMachine();
  const busyBefore = await shareInUse();
  const checkout = await describeCheckout(root);
  const found = await measureOn(chosen, options);
  return {
    suite: "peers",
    format: 1,
    at: new Date().toISOString(),
    ...checkout,
    machine: describeMachine(),
    load: { before, after: loadOfMachine() },
    busy: Math.max(busyBefore, await shareInUse()) > 0.1,
    inMemory: await isInMemory(),
    server: found.server,
    flags: { size: options.size, rounds: options.rounds, peers: options.peers },
    minutes: (performance.now() - started) / 60_000,
    contenders: found.contenders,
  };
}

/** Of the folder that servers of a run lie in; TMPDIR names it. */
async function isInMemory(): Promise<boolean> {
  return (await statfs(tmpdir())).type === 0x01021994;
}

/** How much of the machine others use, while we do nothing. */
async function shareInUse(): Promise<number> {
  const read = () =>
    cpus().reduce(
      ({ all, idle }, { times }) => ({
        all: all + Object.values(times).reduce((sum, ms) => sum + ms, 0),
        idle: idle + times.idle,
      }),
      { all: 0, idle: 0 },
    );
  const before = read();
  await sleep(3000);
  const after = read();
  return 1 - (after.idle - before.idle) / (after.all - before.all);
}

async function measureOn(chosen: readonly Contender[], options: Options) {
  await using server = await openServer({ keep: false, log });
  const release = endOnSignal(server);
  try {
    return await measureWith(server, chosen, options);
  } finally {
    release();
  }
}

async function measureWith(server: Server, chosen: readonly Contender[], options: Options) {
  await runSql(server.adminUrl, "create extension if not exists pg_stat_statements");
  const described = await describeServer(server.adminUrl);
  log(described.version);
  log(Object.entries(described.settings).map(([name, value]) => `${name} = ${value}`).join(", "));
  const lanes: Lane[] = [];
  const databases = new Databases(server);
  for (const contender of chosen) {
    const lane = new Lane(contender, databases, options);
    lanes.push(lane);
    await lane.prepare();
  }
  for (let round = 0; round < options.rounds; round++) {
    for (const lane of shuffled(lanes, randomFrom(round))) await lane.round(round);
  }
  return { server: described, contenders: lanes.map(({ result }) => result) };
}

/** Made once a kind, and copied for everybody. */
class Databases {
  readonly #server: Server;
  readonly #templates = new Map<Contender["database"], Promise<string>>();
  #made = 0;

  constructor(server: Server) {
    this.#server = server;
  }

  async make(kind: Contender["database"]): Promise<string> {
    const made = this.#templates.get(kind) ?? this.#template(kind);
    this.#templates.set(kind, made);
    return await this.copy(await made);
  }

  async copy(template: string): Promise<string> {
    const name = this.#name();
    await runSql(this.#server.adminUrl, `create database ${name} template ${template}`);
    return name;
  }

  async place(name: string, kind: Contender["database"]): Promise<Place> {
    const url = new URL(this.#server.adminUrl);
    url.pathname = `/${name}`;
    if (kind === "plain") return { adminUrl: url.href, authenticatorUrl: "" };
    // A copy has everything but the settings of the database itself.
    await runSql(url.href, `alter database ${name} set search_path = "$user", public, extensions`);
    const { adminUrl, authenticatorUrl } = await reopen(this.#server, name);
    return { adminUrl, authenticatorUrl };
  }

  async drop(name: string): Promise<void> {
    await this.#server.drop(name);
  }

  async #template(kind: Contender["database"]): Promise<string> {
    const name = this.#name();
    if (kind === "plain") {
      await runSql(this.#server.adminUrl, `create database ${name} template template0`);
    } else await this.#server.database(name, kind === "turnbase" ? root : undefined);
    return name;
  }

  #name(): string {
    return `turnbase_peers_${process.pid}_${this.#made++}`;
  }
}

/** A contender on its way through the run. */
class Lane {
  readonly result: ContenderResult;
  readonly #contender: Contender;
  readonly #databases: Databases;
  readonly #scale: Scale;
  readonly #rounds: number;
  #empty = "";
  #full: Place | undefined;

  constructor(contender: Contender, databases: Databases, { size, rounds }: Options) {
    const { slowThreads, ...scale } = scales[size];
    const { name, group, kind, atomic, notes } = contender;
    this.#contender = contender;
    this.#databases = databases;
    this.#scale = { ...scale, threads: contender.slow ? slowThreads : scale.threads };
    this.#rounds = rounds;
    this.result = {
      name,
      group,
      kind,
      atomic,
      notes: [...notes],
      versions: {},
      loaded: null,
      problems: [],
      rounds: [],
    };
    if (contender.slow) {
      this.result.notes.push(
        `${slowThreads} threads instead of ${scale.threads}, as many turns in each`,
      );
    }
  }

  /** Its tables, and the store that is read. */
  async prepare(): Promise<void> {
    const { name, database } = this.#contender;
    const lacking = missing(this.#contender);
    if (lacking !== undefined) {
      this.result.skipped = `${lacking} is not installed: npm ci --prefix bench/peers`;
      log(`${name}: skipped: ${this.result.skipped}`);
      return;
    }
    try {
      this.result.versions = await versionsOf(this.#contender);
      this.#empty = await this.#databases.make(database);
      const place = await this.#databases.place(this.#empty, database);
      await this.#work({ contender: name, do: "setup", place }, 60_000);
      const full = await this.#databases.place(await this.#databases.copy(this.#empty), database);
      const bytes = await databaseBytes(full.adminUrl);
      const started = performance.now();
      const scale = this.#scale;
      const words = await this.#work(
        { contender: name, do: "load", place: full, scale, rounds: this.#rounds },
        loadLimitMs,
      );
      const seconds = (performance.now() - started) / 1000;
      await runSql(full.adminUrl, "vacuum (analyze)");
      for (const word of words) {
        if (!("loaded" in word)) continue;
        this.result.loaded = {
          messages: word.loaded.messages,
          seconds,
          bytes: await databaseBytes(full.adminUrl) - bytes,
        };
        if (word.loaded.problem !== undefined) this.result.problems.push(word.loaded.problem);
      }
      this.#full = full;
      log(`${name}: ready, loaded in ${seconds.toFixed(1)} s`);
    } catch (error) {
      this.#giveUp(error);
    }
  }

  async round(round: number): Promise<void> {
    const { name, database } = this.#contender;
    const full = this.#full;
    if (full === undefined) return;
    const started = performance.now();
    const copy = await this.#databases.copy(this.#empty);
    const figures: ContenderResult["rounds"][number] = [];
    try {
      const fresh = await this.#databases.place(copy, database);
      const scale = this.#scale;
      await this.#work(
        { contender: name, do: "round", fresh, full, scale, round },
        phaseLimitMs,
        ({ problem, ...figure }) =>
          figures.push({ ...figure, ...(problem === undefined ? {} : { problem }) }),
      );
    } catch (error) {
      this.#giveUp(error);
    }
    if (figures.length > 0) this.result.rounds.push(figures);
    await this.#databases.drop(copy);
    const writes = figures.find(({ phase }) => phase === "write 16");
    const failed = figures.flatMap(({ phase, problem }) => problem ? [`${phase}: ${problem}`] : []);
    log(
      `round ${round + 1} of ${this.#rounds}, ${name}: ${
        writes?.perSecond.toFixed(0) ?? "no"
      } turns/s, ` +
        `${((performance.now() - started) / 1000).toFixed(1)} s${
          failed.map((one) => `\n  * ${one}`).join("")
        }`,
    );
  }

  #giveUp(error: unknown): void {
    this.#full = undefined;
    const problem = error instanceof Error ? error.message : String(error);
    this.result.problems.push(problem);
    log(`${this.#contender.name}: ${problem}`);
  }

  /** In a process of its own, which is ended when it says nothing for so long. */
  #work(
    task: Task,
    limitMs: number,
    onFigure?: (figure: Extract<Word, { figure: unknown }>["figure"]) => void,
  ): Promise<Word[]> {
    const child = fork(join(folder, "worker.ts"), { stdio: ["ignore", "pipe", "pipe", "ipc"] });
    reaper.watch(child);
    const said: Word[] = [];
    let errors = "";
    child.stdout?.resume();
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-2000);
    });
    return new Promise<Word[]>((resolve, reject) => {
      let last = "the start";
      let timer: NodeJS.Timeout;
      const watch = () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          child.kill("SIGKILL");
          reject(new Error(`hangs: nothing for ${limitMs / 1000} s after ${last}`));
        }, limitMs);
      };
      watch();
      child.on("message", (word: Word) => {
        watch();
        if ("figure" in word) {
          last = word.figure.phase;
          onFigure?.(word.figure);
        } else if ("error" in word) reject(new Error(word.error));
        else if ("done" in word) resolve(said);
        else said.push(word);
      });
      child.once("error", reject);
      child.once("exit", () => {
        clearTimeout(timer);
        reject(new Error(`ended during ${task.do} after ${last}: ${errors.trim()}`));
      });
      child.send(task);
    }).finally(async () => {
      const end = Date.now() + 10_000;
      while (child.exitCode === null && child.signalCode === null && Date.now() < end) {
        await sleep(20);
      }
    });
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
