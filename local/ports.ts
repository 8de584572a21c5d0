import { randomInt } from "node:crypto";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "./engines/engine.ts";

export const host = "127.0.0.1";

/**
 * A port that was free a moment ago. Below those that systems give to outgoing connections, one of which could take it
 * before whom it is for.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    try {
      return await listenOnce(randomInt(20_000, 32_768));
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}

/**
 * `port` itself, or a free one for 0; fails in one line, naming the flag that helps, when it is taken. Our ports lie in
 * the range that systems give to outgoing connections, and a closed one holds its port for a minute: nobody answers
 * there then, and waiting helps.
 */
export async function claimPort(port: number, flag: string, log?: Log): Promise<number> {
  for (let second = 0;; second++) {
    try {
      return await listenOnce(port);
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
    if (second === 70 || await answers(port)) throw new PortTaken(port, flag);
    if (second === 0) log?.(`Waiting for the system to release port ${port}...`);
    await sleep(1000);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

class PortTaken extends Error {
  constructor(port: number, flag: string) {
    super(`port ${port} is taken by another program: choose another with ${flag} <port>`);
    this.name = "PortTaken";
  }
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      const taken = typeof address === "object" && address ? address.port : port;
      server.close(() => resolve(taken));
    });
  });
}
