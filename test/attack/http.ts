import { Agent, request as send } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export interface Request {
  method?: string;
  /** With its query, below the gateway's address; sent as it is. */
  path: string;
  /** Sent as JSON, text as it is. */
  body?: unknown;
  /** After ours; a pair for a name that we send takes its place, `null` takes it away. */
  headers?: readonly (readonly [name: string, value: string | null])[];
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** Sends requests as a client could write them by hand. */
export class Http {
  readonly #base: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });

  constructor(base: string) {
    this.#base = new URL(base);
  }

  async send(request: Request, own: Record<string, string> = {}): Promise<Answer> {
    try {
      return await this.#send(request, own);
    } catch (error) {
      // The other side may close a connection after a request that it did not understand.
      if (!(error instanceof Error && /socket hang up|ECONNRESET|EPIPE/.test(String(error)))) {
        throw error;
      }
      await sleep(20);
      return await this.#send(request, own);
    }
  }

  #send(request: Request, own: Record<string, string>): Promise<Answer> {
    const { body, path } = request;
    const payload = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const headers: [string, string][] = Object.entries(own);
    if (payload !== undefined) headers.push(["content-type", "application/json"]);
    const given = request.headers ?? [];
    const kept = headers.filter(([name]) =>
      !given.some(([other]) => other.toLowerCase() === name.toLowerCase())
    );
    for (const [name, value] of given) if (value !== null) kept.push([name, value]);
    if (payload !== undefined) kept.push(["content-length", String(Buffer.byteLength(payload))]);
    const { hostname, port } = this.#base;
    return new Promise((resolve, reject) => {
      const outgoing = send({
        hostname,
        port,
        path,
        method: request.method ?? (payload === undefined ? "GET" : "POST"),
        agent: this.#agent,
        headers: ["host", this.#base.host, ...kept.flat()],
      });
      outgoing.once("error", reject);
      outgoing.once("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
      outgoing.end(payload);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
