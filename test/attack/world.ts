import { randomUUID } from "node:crypto";
import bcrypt from "bcryptjs";
import pg from "pg";
import { startAuth } from "../../local/auth/server.ts";
import { startGateway } from "../../local/gateway.ts";
import { isRecord } from "../../local/http.ts";
import { localKeys, sign } from "../../local/keys.ts";
import { freePort, host } from "../../local/ports.ts";
import { startPostgrest } from "../../local/postgrest.ts";
import { Api } from "../api/support.ts";
import { type Edge, openEdge } from "../functions/support.ts";
import { copyDatabase, onDatabase, withCopy } from "../run/copy.ts";
import type { OpenUrls } from "../run/server.ts";
import { fill } from "../server/cluster.ts";
import { type Actor, idOf, people, type Person } from "./actors.ts";
import type { Statement } from "./attempt.ts";
import { type Catalog, readCatalog } from "./catalog.ts";
import { type Digest, Digests } from "./digest.ts";
import { type Answer, Http, type Request } from "./http.ts";
import { Marks } from "./marks.ts";

const password = "correct horse";
let made = 0;

/** The addresses of a database that an attack is made on. */
export interface Target {
  urls: OpenUrls;
  /** On the server: a database that nobody is connected to, filled and marked. */
  template: string;
}

/** Makes a database with rows of everybody, each with texts of its own, to be copied. */
export async function withTarget<T>(
  urls: OpenUrls,
  use: (target: Target) => Promise<T>,
): Promise<T> {
  const template = `attack_${process.pid}_${++made}`;
  return await withCopy(urls.adminUrl, template, async () => {
    const client = await connect(onDatabase(urls.adminUrl, template));
    try {
      await fill(onDatabase(urls.adminUrl, template));
      await furnish(client);
      const { tables } = await readCatalog(client);
      await Marks.write(client, tables);
      await client.query("analyze");
    } finally {
      await client.end();
    }
    return await use({ urls, template });
  });
}

/** What the fixtures leave out: passwords, and files in the bucket. */
async function furnish(client: pg.Client): Promise<void> {
  // One writer in 500 merges everybody's usage, which would count as a change of rows of others.
  await client.query(
    `create or replace function private.try_merge_usage_tail() returns void language sql as ''`,
  );
  const hash = await bcrypt.hash(password, 4);
  await client.query(
    `update auth.users set encrypted_password = $1, email_confirmed_at = now() where not is_anonymous`,
    [hash],
  );
  await client.query(
    `insert into storage.objects (bucket_id, name, owner_id)
     select 'attachments', a.storage_path, a.user_id::text
     from public.attachments as a where a.user_id is not null
     on conflict do nothing`,
  );
}

/** A copy of the target with the whole stack in front of it, and the tokens of everybody. */
export class World implements AsyncDisposable {
  readonly catalog: Catalog;
  readonly marks: Marks;
  readonly tokens: ReadonlyMap<Actor, string>;
  readonly anonKey: string;
  readonly serviceKey: string;
  readonly admin: pg.Client;
  readonly #http: Http;
  readonly #digests: Digests;
  readonly #authenticator: pg.Client;
  readonly #api: Api;
  #edge: Promise<Edge> | undefined;
  readonly #closing: (() => Promise<unknown>)[];

  private constructor(parts: {
    catalog: Catalog;
    marks: Marks;
    tokens: ReadonlyMap<Actor, string>;
    keys: { anonKey: string; serviceRoleKey: string };
    admin: pg.Client;
    authenticator: pg.Client;
    api: Api;
    http: Http;
    closing: (() => Promise<unknown>)[];
  }) {
    this.catalog = parts.catalog;
    this.marks = parts.marks;
    this.tokens = parts.tokens;
    this.anonKey = parts.keys.anonKey;
    this.serviceKey = parts.keys.serviceRoleKey;
    this.admin = parts.admin;
    this.#authenticator = parts.authenticator;
    this.#api = parts.api;
    this.#http = parts.http;
    this.#closing = parts.closing;
    this.#digests = new Digests(parts.admin, parts.catalog.tables);
  }

  /** `before` is run in the copy, by a superuser, before anything else looks at it. */
  static async open({ urls, template }: Target, before = ""): Promise<World> {
    const name = `attack_${process.pid}_${++made}`;
    const closing: (() => Promise<unknown>)[] = [];
    const server = await connect(urls.adminUrl);
    closing.unshift(() => server.end());
    try {
      await copyDatabase(server, name, template);
      closing.unshift(() => server.query(`drop database if exists ${name} with (force)`));
      const on = (url: string) => onDatabase(url, name);
      const admin = await connect(on(urls.adminUrl));
      closing.unshift(() => admin.end());
      if (before !== "") await admin.query(before);
      const authenticator = await connect(on(urls.authenticatorUrl));
      closing.unshift(() => authenticator.end());
      const database = {
        engine: "url",
        dbUrl: on(urls.dbUrl),
        adminUrl: on(urls.adminUrl),
        authenticatorUrl: on(urls.authenticatorUrl),
        authUrl: on(urls.authUrl),
        reset: () => Promise.resolve(),
        stop: () => Promise.resolve(),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      } as const;
      const postgrest = await startPostgrest(database);
      closing.unshift(() => postgrest.stop());
      const port = await freePort();
      const apiUrl = `http://${host}:${port}`;
      const auth = startAuth({
        authUrl: database.authUrl,
        issuer: `${apiUrl}/auth/v1`,
        connections: 2,
      });
      closing.unshift(() => auth.stop());
      const keys = await localKeys();
      const gateway = await startGateway({
        port,
        keys,
        postgrestUrl: postgrest.url,
        auth,
        functions: undefined,
      });
      closing.unshift(() => gateway.stop());
      const http = new Http(apiUrl);
      closing.unshift(() => Promise.resolve(http.close()));
      const tokens = await signIn(http, admin, keys.anonKey);
      const catalog = await readCatalog(admin);
      const api = new Api(
        { apiUrl, postgrestUrl: postgrest.url, dbUrl: database.dbUrl, ...keys },
        () => Promise.resolve(),
      );
      return new World({
        catalog,
        marks: await Marks.read(admin, catalog.tables),
        tokens,
        keys,
        admin,
        authenticator,
        api,
        http,
        closing,
      });
    } catch (error) {
      await closeAll(closing);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#edge)?.[Symbol.asyncDispose]();
    await closeAll(this.#closing);
  }

  /** The edge functions, started when the first of them is called. */
  edge(): Promise<Edge> {
    // The gateway's own entry of X-Forwarded-For is the one that is trusted.
    return this.#edge ??= openEdge(this.#api, { TRUSTED_PROXY_HOPS: "1" });
  }

  token(actor: Actor): string {
    return this.tokens.get(actor) ?? this.anonKey;
  }

  async send(request: Request | Statement, as: Actor): Promise<Answer> {
    if (!("path" in request)) return await this.#execute(request, as);
    const own: Record<string, string> = as === "nobody"
      ? {}
      : { apikey: this.anonKey, authorization: `Bearer ${this.token(as)}` };
    const path = request.path.startsWith("/auth/") || request.path.startsWith("/storage/") ||
        request.path.startsWith("/realtime/")
      ? request.path
      : `/rest/v1${request.path}`;
    return await this.#http.send({ ...request, path }, own);
  }

  /** The digests of all rows, or of those that do not name the actor or a session of theirs. */
  digest(without?: Actor): Promise<Digest> {
    return without === undefined ? this.#digests.now() : this.#digests.read(this.#namesOf(without));
  }

  /** Read again, whatever happened. */
  fullDigest(): Promise<Digest> {
    return this.#digests.read();
  }

  #namesOf(actor: Actor): string {
    const person = people.find((one) => one === actor);
    if (!person) return "";
    const sessions = this.marks.own("public.conversation_sessions", actor)
      .map(({ values }) => String(values["id"]));
    return [idOf(person), ...sessions].join("|");
  }

  async #execute({ sql, settings = {} }: Statement, as: Actor): Promise<Answer> {
    const client = this.#authenticator;
    const [, claims = ""] = this.token(as).split(".");
    const all = {
      role: as === "anon" || as === "nobody" ? "anon" : "authenticated",
      "request.jwt.claims": Buffer.from(claims, "base64url").toString(),
      ...settings,
    };
    await client.query("begin");
    try {
      for (const [name, value] of Object.entries(all)) {
        await client.query("select set_config($1, $2, true)", [name, value]);
      }
      const { rows, rowCount } = await client.query<Record<string, unknown>>(sql);
      await client.query("commit");
      const text = rows.length > 0 ? JSON.stringify(rows) : rowCount ? `${rowCount} rows` : "[]";
      return { status: 200, headers: {}, text };
    } catch (error) {
      await client.query("rollback");
      if (!(error instanceof pg.DatabaseError)) throw error;
      return { status: 403, headers: {}, text: `${error.code ?? ""} ${error.message}` };
    }
  }
}

/** By password at the local Auth, for tokens as an app has them; the anonymous user has no password. */
async function signIn(http: Http, admin: pg.Client, anonKey: string): Promise<Map<Actor, string>> {
  const tokens = new Map<Actor, string>();
  for (const person of people) {
    if (person === "anonymous") {
      tokens.set(person, await anonymousToken(person));
      continue;
    }
    const { rows } = await admin.query<{ email: string }>(
      "select email from auth.users where id = $1",
      [idOf(person)],
    );
    const answer = await http.send({
      path: "/auth/v1/token?grant_type=password",
      body: { email: rows[0]?.email, password },
    }, { apikey: anonKey });
    const body: unknown = JSON.parse(answer.text);
    if (!isRecord(body) || typeof body["access_token"] !== "string") {
      throw new Error(`${person} cannot sign in: ${answer.status} ${answer.text}`);
    }
    tokens.set(person, body["access_token"]);
  }
  return tokens;
}

async function anonymousToken(person: Person): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return await sign({
    sub: idOf(person),
    aud: "authenticated",
    role: "authenticated",
    session_id: randomUUID(),
    is_anonymous: true,
    iat: now,
    exp: now + 3600,
  });
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

async function closeAll(steps: (() => Promise<unknown>)[]): Promise<void> {
  for (const step of steps) await step().catch(() => undefined);
}
