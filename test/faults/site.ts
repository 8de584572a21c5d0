import { isRecord } from "../../local/http.ts";
import { type Functions, startFunctions } from "../../local/functions.ts";
import { type Gateway, startGateway } from "../../local/gateway.ts";
import { type Keys, localKeys, sign } from "../../local/keys.ts";
import { root } from "../../local/paths.ts";
import { freePort, host } from "../../local/ports.ts";
import { type Postgrest, startPostgrest } from "../../local/postgrest.ts";
import type { Cluster } from "../server/cluster.ts";

export interface Answer {
  /** 0: the connection broke before there was one. */
  status: number;
  code: string;
  message: string;
  text: string;
}

/** PostgREST and functions behind a gateway, on a server that is somebody else's; each can be ended and started again. */
export class Site implements AsyncDisposable {
  readonly url: string;
  readonly #cluster: Cluster;
  readonly #keys: Keys;
  readonly #functions: Functions;
  readonly #gateway: Gateway;
  readonly #at: { postgrest: Postgrest };

  private constructor(
    parts: {
      url: string;
      cluster: Cluster;
      keys: Keys;
      functions: Functions;
      gateway: Gateway;
      at: { postgrest: Postgrest };
    },
  ) {
    this.url = parts.url;
    this.#cluster = parts.cluster;
    this.#keys = parts.keys;
    this.#functions = parts.functions;
    this.#gateway = parts.gateway;
    this.#at = parts.at;
  }

  static async open(cluster: Cluster): Promise<Site> {
    const port = await freePort();
    const url = `http://${host}:${port}`;
    const keys = await localKeys();
    const at = { postgrest: await startPostgrest(cluster.database) };
    const functions = await startFunctions({
      project: root,
      env: {
        SUPABASE_URL: url,
        SUPABASE_ANON_KEY: keys.anonKey,
        SUPABASE_SERVICE_ROLE_KEY: keys.serviceRoleKey,
        ENABLE_CHAT_LOGGING: "true",
        USER_ID_SALT: "a salt of this test, longer than thirty-two characters",
        RATE_LIMIT_PER_MINUTE: "1000000",
      },
      log: () => undefined,
    });
    const gateway = await startGateway({
      port,
      keys,
      get postgrestUrl() {
        return at.postgrest.url;
      },
      functions,
      // Nobody signs in here: tokens are made by hand.
      auth: {
        handle: (_request, response) => Promise.resolve(void response.writeHead(404).end()),
        stop: () => Promise.resolve(),
      },
    });
    return new Site({ url, cluster, keys, functions, gateway, at });
  }

  tokenOf(user: string): Promise<string> {
    return sign({
      sub: user,
      role: "authenticated",
      aud: "authenticated",
      is_anonymous: false,
      exp: Math.floor(Date.now() / 1000) + 3600,
    });
  }

  async post(path: string, token: string, body: unknown, signal?: AbortSignal): Promise<Answer> {
    try {
      const response = await fetch(`${this.url}${path}`, {
        method: "POST",
        headers: {
          apikey: this.#keys.anonKey,
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
        },
        body: JSON.stringify(body),
        ...(signal ? { signal } : {}),
      });
      const text = await response.text();
      return { status: response.status, ...describe(text), text };
    } catch (error) {
      return { status: 0, code: "", message: String(error), text: "" };
    }
  }

  killPostgrest(): void {
    kill(this.#at.postgrest.pid);
  }

  /** One that reads the roles' settings anew. */
  async restartPostgrest(): Promise<void> {
    await this.#at.postgrest.stop();
    this.#at.postgrest = await startPostgrest(this.#cluster.database);
  }

  /** Whether there was such a process. */
  killFunction(name: string): boolean {
    return kill(this.#functions.find(name)?.pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gateway.stop();
    await this.#functions.stop();
    await this.#at.postgrest.stop();
  }
}

function kill(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}

/** The code and the words of an error, as PostgREST, a function or the gateway puts them. */
function describe(text: string): { code: string; message: string } {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { code: "", message: text };
  }
  const error = isRecord(body) && isRecord(body["error"]) ? body["error"] : body;
  if (!isRecord(error)) return { code: "", message: "" };
  return { code: String(error["code"] ?? ""), message: String(error["message"] ?? "") };
}
