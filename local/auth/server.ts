import type { IncomingMessage, ServerResponse } from "node:http";
import bcrypt from "bcryptjs";
import pg from "pg";
import { bearer, isRecord, readJson, sendJson } from "../http.ts";
import { sign, verify } from "../keys.ts";
import { AuthError } from "./errors.ts";
import { AuthStore, type UserRow } from "./store.ts";

/** Stands in for Supabase Auth on one machine: what supabase-js needs to sign somebody in, and no more. */
export interface AuthServer {
  /** `path` is what follows /auth/v1. */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    query: URLSearchParams,
  ): Promise<void>;
  stop(): Promise<void>;
}

const about = "Turnbase's local stand-in for Supabase Auth: for development on one machine only";
const lifetimeSeconds = 3600;

export function startAuth(
  options: { authUrl: string; issuer: string; connections: number },
): AuthServer {
  const pool = new pg.Pool({ connectionString: options.authUrl, max: options.connections });
  // A reset or a restart of the server ends idle connections; the next query opens a new one.
  pool.on("error", () => undefined);
  const routes = new Routes(new AuthStore(pool), options.issuer);
  return {
    handle: async (request, response, path, query) => {
      response.setHeader("x-turnbase-auth", "local stand-in");
      try {
        const { status, body } = await routes.answer(request, path, query);
        if (body === undefined) response.writeHead(status).end();
        else sendJson(response, status, body);
      } catch (error) {
        const known = error instanceof AuthError ? error : fromDatabase(error);
        sendJson(response, known.status, {
          code: known.status,
          error_code: known.code,
          msg: known.message,
        });
      }
    },
    stop: () => pool.end(),
  };
}

interface Answer {
  status: number;
  body?: unknown;
}

class Routes {
  private readonly store: AuthStore;
  private readonly issuer: string;

  constructor(store: AuthStore, issuer: string) {
    this.store = store;
    this.issuer = issuer;
  }

  async answer(request: IncomingMessage, path: string, query: URLSearchParams): Promise<Answer> {
    const route = `${request.method ?? "GET"} ${path}`;
    switch (route) {
      case "GET /health":
        return ok({ name: "GoTrue", version: "local", description: about });
      case "GET /settings":
        return ok({
          external: { email: true, anonymous_users: true },
          disable_signup: false,
          mailer_autoconfirm: true,
          phone_autoconfirm: false,
        });
      case "GET /.well-known/jwks.json":
        return ok({ keys: [] });
      case "POST /signup":
        return this.signUp(await body(request));
      case "POST /token":
        return this.token(query.get("grant_type"), await body(request));
      case "GET /user":
        return ok(await this.present((await this.caller(request)).user));
      case "PUT /user":
        return this.update(await this.caller(request), await body(request));
      case "POST /logout": {
        const { user, sessionId } = await this.caller(request);
        await this.store.endSessions(user.id, sessionId, query.get("scope") ?? "global");
        return { status: 204 };
      }
    }
    if (path.startsWith("/admin/users")) return this.admin(request, path, query);
    throw new AuthError(
      404,
      "not_found",
      `${about}. It has no ${route}: use \`supabase start\` for the real one`,
    );
  }

  private async signUp(input: Record<string, unknown>): Promise<Answer> {
    const data = isRecord(input["data"]) ? input["data"] : {};
    if (!input["email"] && !input["phone"]) {
      const user = await this.store.createUser({
        email: null,
        passwordHash: null,
        data,
        appData: {},
        confirmed: false,
      });
      return ok(await this.session(user, "anonymous"));
    }
    const email = readEmail(input["email"]);
    const passwordHash = await hash(readPassword(input["password"]));
    if (await this.store.userByEmail(email)) {
      throw new AuthError(422, "user_already_exists", "User already registered");
    }
    const user = await this.store.createUser({
      email,
      passwordHash,
      data,
      appData: emailProvider,
      confirmed: true,
    });
    return ok(await this.session(user, "password"));
  }

  private async token(grant: string | null, input: Record<string, unknown>): Promise<Answer> {
    if (grant === "password") {
      const user = typeof input["email"] === "string"
        ? await this.store.userByEmail(input["email"].toLowerCase())
        : undefined;
      const password = typeof input["password"] === "string" ? input["password"] : "";
      if (!user?.encrypted_password || !(await bcrypt.compare(password, user.encrypted_password))) {
        throw new AuthError(400, "invalid_credentials", "Invalid login credentials");
      }
      refuseBanned(user);
      if (!user.email_confirmed_at) {
        throw new AuthError(400, "email_not_confirmed", "Email not confirmed");
      }
      return ok(await this.session(user, "password"));
    }
    if (grant === "refresh_token") {
      const old = typeof input["refresh_token"] === "string" ? input["refresh_token"] : "";
      const { userId, sessionId, refreshToken } = await this.store.rotate(old);
      const user = await this.store.userById(userId);
      if (!user) {
        throw new AuthError(
          400,
          "refresh_token_not_found",
          "Invalid Refresh Token: Refresh Token Not Found",
        );
      }
      refuseBanned(user);
      return ok(
        await this.issue(
          user,
          sessionId,
          refreshToken,
          user.is_anonymous ? "anonymous" : "password",
        ),
      );
    }
    throw new AuthError(
      400,
      "unsupported_grant_type",
      `${about}: grant_type is password or refresh_token`,
    );
  }

  private async update(caller: Caller, input: Record<string, unknown>): Promise<Answer> {
    const email = input["email"] === undefined ? undefined : readEmail(input["email"]);
    const password = input["password"] === undefined ? undefined : readPassword(input["password"]);
    const data = isRecord(input["data"]) ? input["data"] : undefined;
    const holder = email ? await this.store.userByEmail(email) : undefined;
    if (holder && holder.id !== caller.user.id) {
      throw new AuthError(
        422,
        "email_exists",
        "A user with this email address has already been registered",
      );
    }
    const user = await this.store.updateUser(caller.user.id, {
      ...(email ? { email } : {}),
      ...(password ? { passwordHash: await hash(password) } : {}),
      ...(data ? { data } : {}),
    });
    if (!user) throw gone();
    return ok(await this.present(user));
  }

  /** What auth.admin of supabase-js does with users, by the service key. */
  private async admin(
    request: IncomingMessage,
    path: string,
    query: URLSearchParams,
  ): Promise<Answer> {
    const claims = await verify(bearer(request) ?? "");
    if (!claims) {
      throw new AuthError(401, "no_authorization", "This endpoint requires a valid Bearer token");
    }
    if (claims["role"] !== "service_role") {
      throw new AuthError(403, "not_admin", "User not allowed");
    }
    const id = /^\/admin\/users\/([0-9a-f-]{36})$/i.exec(path)?.[1];
    if (path === "/admin/users" && request.method === "GET") {
      const perPage = Math.min(Number(query.get("per_page")) || 50, 1000);
      const users = await this.store.listUsers(Number(query.get("page")) || 1, perPage);
      return ok({
        users: await Promise.all(users.map((user) => this.present(user))),
        aud: "authenticated",
      });
    }
    if (path === "/admin/users" && request.method === "POST") {
      const input = await body(request);
      const email = readEmail(input["email"]);
      if (await this.store.userByEmail(email)) {
        throw new AuthError(
          422,
          "email_exists",
          "A user with this email address has already been registered",
        );
      }
      const user = await this.store.createUser({
        email,
        passwordHash: input["password"] === undefined
          ? null
          : await hash(readPassword(input["password"])),
        data: isRecord(input["user_metadata"]) ? input["user_metadata"] : {},
        appData: {
          ...(isRecord(input["app_metadata"]) ? input["app_metadata"] : {}),
          ...emailProvider,
        },
        confirmed: input["email_confirm"] === true,
      });
      return ok(await this.present(user));
    }
    if (id && request.method === "GET") {
      const user = await this.store.userById(id);
      if (!user) throw new AuthError(404, "user_not_found", "User not found");
      return ok(await this.present(user));
    }
    if (id && request.method === "DELETE") {
      if (!(await this.store.deleteUser(id))) {
        throw new AuthError(404, "user_not_found", "User not found");
      }
      return ok({});
    }
    throw new AuthError(404, "not_found", `${about}. It has no ${request.method ?? "GET"} ${path}`);
  }

  private async caller(request: IncomingMessage): Promise<Caller> {
    const token = bearer(request);
    if (!token) {
      throw new AuthError(401, "no_authorization", "This endpoint requires a valid Bearer token");
    }
    const claims = await verify(token);
    if (!claims) {
      throw new AuthError(403, "bad_jwt", "invalid JWT: unable to parse or verify signature");
    }
    const { sub, session_id: sessionId } = claims;
    if (typeof sub !== "string") {
      throw new AuthError(403, "bad_jwt", "invalid claim: missing sub claim");
    }
    const user = await this.store.userById(sub);
    if (!user) throw gone();
    if (typeof sessionId !== "string" || !(await this.store.hasSession(sessionId))) {
      throw new AuthError(
        403,
        "session_not_found",
        "Session from session_id claim in JWT does not exist",
      );
    }
    return { user, sessionId };
  }

  private async session(user: UserRow, method: string): Promise<Record<string, unknown>> {
    const { sessionId, refreshToken } = await this.store.openSession(user.id);
    return this.issue(
      (await this.store.userById(user.id)) ?? user,
      sessionId,
      refreshToken,
      method,
    );
  }

  private async issue(
    user: UserRow,
    sessionId: string,
    refreshToken: string,
    method: string,
  ): Promise<Record<string, unknown>> {
    const now = Math.floor(Date.now() / 1000);
    const accessToken = await sign({
      iss: this.issuer,
      sub: user.id,
      aud: user.aud,
      exp: now + lifetimeSeconds,
      iat: now,
      email: user.email ?? "",
      phone: "",
      app_metadata: user.raw_app_meta_data ?? {},
      user_metadata: user.raw_user_meta_data ?? {},
      role: user.role,
      aal: "aal1",
      amr: [{ method, timestamp: now }],
      session_id: sessionId,
      is_anonymous: user.is_anonymous,
    });
    return {
      access_token: accessToken,
      token_type: "bearer",
      expires_in: lifetimeSeconds,
      expires_at: now + lifetimeSeconds,
      refresh_token: refreshToken,
      user: await this.present(user),
    };
  }

  private async present(user: UserRow): Promise<Record<string, unknown>> {
    return {
      id: user.id,
      aud: user.aud,
      role: user.role,
      email: user.email ?? "",
      ...(user.email_confirmed_at
        ? { email_confirmed_at: user.email_confirmed_at, confirmed_at: user.email_confirmed_at }
        : {}),
      phone: "",
      ...(user.last_sign_in_at ? { last_sign_in_at: user.last_sign_in_at } : {}),
      app_metadata: user.raw_app_meta_data ?? {},
      user_metadata: user.raw_user_meta_data ?? {},
      identities: await this.store.identities(user.id),
      created_at: user.created_at,
      updated_at: user.updated_at,
      is_anonymous: user.is_anonymous,
    };
  }
}

interface Caller {
  user: UserRow;
  sessionId: string;
}

const emailProvider = { provider: "email", providers: ["email"] };

function ok(body: unknown): Answer {
  return { status: 200, body };
}

async function body(request: IncomingMessage): Promise<Record<string, unknown>> {
  const read = await readJson(request);
  if (!read) throw new AuthError(400, "bad_json", "Could not parse request body as JSON");
  return read;
}

function readEmail(value: unknown): string {
  const email = typeof value === "string" ? value.trim().toLowerCase() : "";
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) && email.length <= 255) return email;
  throw new AuthError(400, "validation_failed", "Unable to validate email address: invalid format");
}

function readPassword(value: unknown): string {
  if (typeof value !== "string" || value === "") {
    throw new AuthError(400, "validation_failed", "Signup requires a valid password");
  }
  if (value.length < 6) {
    throw new AuthError(422, "weak_password", "Password should be at least 6 characters.");
  }
  if (Buffer.byteLength(value) > 72) {
    throw new AuthError(422, "validation_failed", "Password cannot be longer than 72 characters");
  }
  return value;
}

function hash(password: string): Promise<string> {
  return bcrypt.hash(password, 10);
}

function refuseBanned(user: UserRow): void {
  if (user.banned_until && user.banned_until > new Date()) {
    throw new AuthError(400, "user_banned", "User is banned");
  }
}

function gone(): AuthError {
  return new AuthError(403, "user_not_found", "User from sub claim in JWT does not exist");
}

function fromDatabase(error: unknown): AuthError {
  if (error instanceof pg.DatabaseError) {
    // The usual cause is a trigger on auth.users, as on the platform; there, too, the answer does not say which.
    console.error(`auth: ${error.code ?? ""} ${error.message}`);
    return new AuthError(500, "unexpected_failure", "Database error saving new user");
  }
  console.error(`auth: ${error instanceof Error ? error.message : String(error)}`);
  return new AuthError(
    500,
    "unexpected_failure",
    "Unexpected failure, please check server logs for more information",
  );
}
