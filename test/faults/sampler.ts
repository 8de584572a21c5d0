import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Memory } from "../../bench/soak.ts";

const programs = ["postgres", "postgrest", "deno"];

/** What the programs that this process started hold, by name, and this process itself as the client. */
export function memoryNow(): Record<string, Memory> {
  const { stdout } = spawnSync("ps", ["-eo", "pid=,ppid=,rss=,comm="], { encoding: "utf8" });
  const rows = stdout.trim().split("\n").map((row) => {
    const [pid, parent, kb, ...name] = row.trim().split(/\s+/);
    return {
      pid: Number(pid),
      parent: Number(parent),
      rssMb: Number(kb) / 1024,
      name: name.join(" "),
    };
  });
  const found = [process.pid];
  for (const parent of found) {
    for (const row of rows) if (row.parent === parent) found.push(row.pid);
  }
  const memory: Record<string, Memory> = {};
  for (const { pid, rssMb, name } of rows) {
    if (!found.includes(pid)) continue;
    const key = pid === process.pid ? "client and gateway" : programs.find((one) => name === one);
    if (key === undefined) continue;
    const one = memory[key] ??= { processes: 0, rssMb: 0, ownMb: 0 };
    one.processes += 1;
    one.rssMb = round(one.rssMb + rssMb);
    one.ownMb = round(one.ownMb + (ownMb(pid) ?? rssMb));
  }
  return memory;
}

/** Without what is shared or mapped from files; only Linux says. */
function ownMb(pid: number): number | undefined {
  try {
    const [, kb] = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kb === undefined ? undefined : Number(kb) / 1024;
  } catch {
    return undefined;
  }
}

function round(value: number): number {
  return Number(value.toFixed(1));
}
