import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isRecord, sendJson } from "../../local/http.ts";
import { host } from "../../local/ports.ts";
import type { Api } from "../api/support.ts";

/** What Storage does with a call; "hang" does the work and never answers, "dead" does not even that. */
export type Behaviour = (call: { method: string; paths: string[] }) =>
  | "work"
  | "hang"
  | "dead"
  | number
  /** Deletes these alone, and says nothing of the others. */
  | { only: string[] };

/**
 * No Storage server: that cannot run here. It answers the two calls that the functions make as the real one does, with
 * objects in memory and their rows in storage.objects; all other requests go on to the gateway of the functions.
 */
export class FakeStorage implements AsyncDisposable {
  readonly url: string;
  /** Paths of the bucket attachments. */
  readonly objects = new Set<string>();
  behave: Behaviour = () => "work";
  /** Paths of each call of DELETE. */
  readonly removals: string[][] = [];
  /** Where all else is sent. */
  behind = "";
  readonly #server: Server;
  readonly #api: Api;

  private constructor(server: Server, url: string, api: Api) {
    this.#server = server;
    this.url = url;
    this.#api = api;
  }

  static async open(api: Api): Promise<FakeStorage> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const address = server.address();
    if (!address || typeof address !== "object") throw new Error("no address");
    const storage = new FakeStorage(
      server,
      `http://${host}:${address.port}`,
      api,
    );
    server.on(
      "request",
      (request: IncomingMessage, response: ServerResponse) => {
        storage.#answer(request, response).catch(() => response.destroy());
      },
    );
    return storage;
  }

  async put(paths: string[]): Promise<void> {
    for (const path of paths) this.objects.add(path);
    if (paths.length === 0) return;
    await this.#api.select(`
      insert into storage.objects (bucket_id, name)
      select 'attachments', unnest('{${paths.join()}}'::text[]) on conflict do nothing`);
  }

  /** Of both: what is in memory has a row, and what has a row is in memory. */
  async rows(): Promise<string[]> {
    const rows = await this.#api.select(
      "select name from storage.objects where bucket_id = 'attachments' order by 1",
    );
    return rows.map(({ name }) => String(name));
  }

  async #remove(paths: string[]): Promise<string[]> {
    const found = paths.filter((path) => this.objects.delete(path));
    if (found.length > 0) {
      await this.#api.select(`
        begin;
        set local storage.allow_delete_query = 'true';
        delete from storage.objects
        where bucket_id = 'attachments' and name = any ('{${found.join()}}'::text[]);
        commit`);
    }
    return found;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url = "/" } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    if (!url.startsWith("/storage/v1/")) {
      const {
        authorization = "",
        apikey,
        "content-type": type = "application/json",
      } = request.headers;
      const answer = await fetch(`${this.behind}${url}`, {
        method,
        headers: {
          authorization,
          apikey: String(apikey),
          "content-type": type,
        },
        ...(text ? { body: text } : {}),
      });
      response.writeHead(answer.status, { "content-type": "application/json" });
      response.end(await answer.text());
      return;
    }
    const body: unknown = JSON.parse(text);
    const list = isRecord(body) ? body[method === "DELETE" ? "prefixes" : "paths"] : undefined;
    const paths = Array.isArray(list) ? list.map(String) : [];
    if (method === "DELETE") this.removals.push(paths);
    const does = this.behave({ method, paths });
    if (typeof does === "number") {
      sendJson(response, does, {
        statusCode: String(does),
        error: "Error",
        message: "no",
      });
      return;
    }
    if (does === "dead") return;
    if (method === "DELETE" && url === "/storage/v1/object/attachments") {
      const wanted = typeof does === "object" ? does.only.filter((p) => paths.includes(p)) : paths;
      const found = await this.#remove(wanted);
      if (does !== "hang") {
        sendJson(response, 200, found.map((name) => ({ name, bucket_id: "attachments" })));
      }
    } else if (method === "POST" && url === "/storage/v1/object/sign/attachments") {
      if (does === "hang") return;
      sendJson(
        response,
        200,
        paths.map((path) =>
          this.objects.has(path)
            ? {
              path,
              error: null,
              signedURL: `/object/sign/attachments/${path}?token=t`,
            }
            : {
              path,
              error: "Either the object does not exist or ...",
              signedURL: null,
            }
        ),
      );
    } else sendJson(response, 404, { message: "not spoken here" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
