import { createServer } from "node:net";

export const host = "127.0.0.1";

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return listenOnce(0);
}

/** `port` itself, or a free one for 0; fails in one line, naming the flag that helps, when it is taken. */
export async function claimPort(port: number, flag: string): Promise<number> {
  try {
    return await listenOnce(port);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "EADDRINUSE") throw new PortTaken(port, flag);
    throw error;
  }
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
