import { type ChildProcess, spawn } from "node:child_process";

/**
 * Ends every process it was told about when this one is gone, however it went: the reaper reads a pipe that only
 * this process holds, and the kernel closes it even after kill -9.
 */
class Reaper {
  private child: ChildProcess | undefined;

  /** `signal` is what ends the process by itself; whatever is left after `graceMs` gets SIGKILL. */
  watch(process: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): void {
    const { pid } = process;
    if (!pid) return;
    this.send(`+ ${pid} ${signal}`);
    process.once("exit", () => this.send(`- ${pid}`));
  }

  private send(line: string): void {
    this.child ??= startReaper();
    this.child.stdin?.write(`${line}\n`);
  }
}

/** One for the whole process. */
export const reaper = new Reaper();

// Plain JavaScript given on the command line: no file to find, no loader to start.
const program = `
const watched = new Map();
let rest = "";
const group = (pid, signal) => { try { process.kill(pid, signal); return true; } catch { return false; } };
process.stdin.setEncoding("utf8");
process.stdin.on("data", (text) => {
  const lines = (rest + text).split("\\n");
  rest = lines.pop();
  for (const line of lines) {
    const [sign, pid, signal] = line.split(" ");
    if (sign === "+") watched.set(Number(pid), signal);
    else watched.delete(Number(pid));
  }
});
process.stdin.on("end", () => {
  for (const [pid, signal] of watched) if (!group(pid, signal)) watched.delete(pid);
  const end = Date.now() + 3000;
  const wait = () => {
    for (const pid of watched.keys()) if (!group(pid, 0)) watched.delete(pid);
    if (watched.size === 0) process.exit(0);
    if (Date.now() > end) {
      for (const pid of watched.keys()) group(pid, "SIGKILL");
      process.exit(0);
    }
    setTimeout(wait, 50);
  };
  wait();
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
`;

function startReaper(): ChildProcess {
  // In a process group of its own, so that Ctrl-C in the terminal does not reach it first.
  const child = spawn(process.execPath, ["-e", program], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  child.stdin?.on("error", () => undefined);
  child.unref();
  const { stdin } = child;
  if (stdin && "unref" in stdin && typeof stdin.unref === "function") stdin.unref();
  return child;
}
