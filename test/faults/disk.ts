import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serverUser } from "../../local/engines/native-files.ts";

/** A disk in memory that is made full and given room again. */
export class Disk implements Disposable {
  readonly folder: string;
  readonly #roomMb: number;

  private constructor(folder: string, roomMb: number) {
    this.folder = folder;
    this.#roomMb = roomMb;
  }

  /** Or the reason why there is none. */
  static async make(roomMb: number): Promise<Disk | string> {
    if (process.platform !== "linux" || process.getuid?.() !== 0) {
      return "to mount a small disk takes root on Linux";
    }
    const folder = mkdtempSync(join(tmpdir(), "turnbase-disk-"));
    const user = await serverUser();
    const owner = user ? `,uid=${user.uid},gid=${user.gid}` : "";
    const problem = mount(folder, `size=${roomMb}m,mode=755${owner}`);
    if (problem === undefined) return new Disk(folder, roomMb);
    rmdirSync(folder);
    return `no small disk can be mounted here: ${problem}`;
  }

  /** Leaves room for so many bytes more. */
  fill(left: number): void {
    const { blocks, bfree, bsize } = statfsSync(this.folder);
    this.#resize(`${Math.ceil(((blocks - bfree) * bsize + left) / 1024)}k`);
  }

  makeRoom(): void {
    this.#resize(`${this.#roomMb}m`);
  }

  #resize(size: string): void {
    const problem = mount(this.folder, `remount,size=${size}`);
    if (problem !== undefined) throw new Error(problem);
  }

  [Symbol.dispose](): void {
    spawnSync("umount", ["--lazy", this.folder]);
    rmdirSync(this.folder);
  }
}

function mount(folder: string, options: string): string | undefined {
  const { status, stderr, error } = spawnSync(
    "mount",
    ["-t", "tmpfs", "-o", options, "tmpfs", folder],
    { encoding: "utf8" },
  );
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}
