import { randomBytes, randomUUID } from "node:crypto";
import type pg from "pg";
import { AuthError } from "./errors.ts";

export interface UserRow {
  id: string;
  aud: string;
  role: string;
  email: string | null;
  encrypted_password: string | null;
  email_confirmed_at: Date | null;
  last_sign_in_at: Date | null;
  raw_app_meta_data: Record<string, unknown> | null;
  raw_user_meta_data: Record<string, unknown> | null;
  created_at: Date | null;
  updated_at: Date | null;
  banned_until: Date | null;
  is_anonymous: boolean;
}

export interface NewUser {
  email: string | null;
  passwordHash: string | null;
  data: Record<string, unknown>;
  appData: Record<string, unknown>;
  confirmed: boolean;
}

const columns =
  `id, aud, role, email, encrypted_password, email_confirmed_at, last_sign_in_at, raw_app_meta_data,
  raw_user_meta_data, created_at, updated_at, banned_until, is_anonymous`;

/** Tokens may be used twice within this time: two tabs refresh at once. */
const reuseSeconds = 10;

/** auth.users and the tables around it, in the way GoTrue writes them. */
export class AuthStore {
  private readonly pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  userByEmail(email: string): Promise<UserRow | undefined> {
    return this.one(`select ${columns} from auth.users where email = $1 and deleted_at is null`, [
      email,
    ]);
  }

  userById(id: string): Promise<UserRow | undefined> {
    return this.one(`select ${columns} from auth.users where id = $1 and deleted_at is null`, [id]);
  }

  async listUsers(page: number, perPage: number): Promise<UserRow[]> {
    const { rows } = await this.pool.query<UserRow>(
      `select ${columns} from auth.users where deleted_at is null order by created_at desc, id limit $1 offset $2`,
      [perPage, (page - 1) * perPage],
    );
    return rows;
  }

  /** One transaction: a trigger on auth.users that fails refuses the user, as on the platform. */
  async createUser(user: NewUser): Promise<UserRow> {
    return await this.transaction(async (client) => {
      const { rows } = await client.query<UserRow>(
        `insert into auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
           confirmation_token, recovery_token, email_change_token_new, email_change,
           raw_app_meta_data, raw_user_meta_data, created_at, updated_at, is_anonymous)
         values ('00000000-0000-0000-0000-000000000000', $1, 'authenticated', 'authenticated', $2, $3,
           case when $4 then now() end, '', '', '', '', $5, $6, now(), now(), $7)
         returning ${columns}`,
        [
          randomUUID(),
          user.email,
          user.passwordHash ?? "",
          user.confirmed,
          JSON.stringify(user.appData),
          JSON.stringify(user.data),
          user.email === null,
        ],
      );
      const created = rows[0];
      if (!created) throw new Error("auth.users took no row");
      if (user.email) await addIdentity(client, created.id, user.email);
      return created;
    });
  }

  async updateUser(
    id: string,
    change: { email?: string; passwordHash?: string; data?: Record<string, unknown> },
  ): Promise<UserRow | undefined> {
    return await this.transaction(async (client) => {
      const { rows } = await client.query<UserRow>(
        `update auth.users set
           email = coalesce($2, email),
           email_confirmed_at = case when $2::text is null then email_confirmed_at else now() end,
           is_anonymous = is_anonymous and $2::text is null,
           encrypted_password = coalesce($3, encrypted_password),
           raw_user_meta_data = jsonb_strip_nulls(coalesce(raw_user_meta_data, '{}') || coalesce($4::jsonb, '{}')),
           raw_app_meta_data = case when $2::text is null then raw_app_meta_data
             else coalesce(raw_app_meta_data, '{}') || '{"provider": "email", "providers": ["email"]}' end,
           updated_at = now()
         where id = $1 and deleted_at is null
         returning ${columns}`,
        [
          id,
          change.email ?? null,
          change.passwordHash ?? null,
          change.data ? JSON.stringify(change.data) : null,
        ],
      );
      if (rows[0] && change.email) {
        await client.query(
          "delete from auth.identities where user_id = $1 and provider = 'email'",
          [id],
        );
        await addIdentity(client, id, change.email);
      }
      return rows[0];
    });
  }

  async deleteUser(id: string): Promise<boolean> {
    const { rowCount } = await this.pool.query("delete from auth.users where id = $1", [id]);
    return rowCount === 1;
  }

  async identities(userId: string): Promise<Record<string, unknown>[]> {
    const { rows } = await this.pool.query<Record<string, unknown>>(
      `select id as identity_id, provider_id as id, user_id, identity_data, provider, last_sign_in_at, created_at,
         updated_at, email
       from auth.identities where user_id = $1 order by created_at`,
      [userId],
    );
    return rows;
  }

  async openSession(userId: string): Promise<{ sessionId: string; refreshToken: string }> {
    return await this.transaction(async (client) => {
      const sessionId = randomUUID();
      await client.query(
        "insert into auth.sessions (id, user_id, created_at, updated_at, aal) values ($1, $2, now(), now(), 'aal1')",
        [sessionId, userId],
      );
      await client.query(
        "update auth.users set last_sign_in_at = now(), updated_at = now() where id = $1",
        [userId],
      );
      return { sessionId, refreshToken: await addToken(client, userId, sessionId, null) };
    });
  }

  async hasSession(sessionId: string): Promise<boolean> {
    const { rowCount } = await this.pool.query("select from auth.sessions where id = $1", [
      sessionId,
    ]);
    return rowCount === 1;
  }

  /** Trades a refresh token for the next one; a stale one ends the session it came from. */
  async rotate(
    token: string,
  ): Promise<{ userId: string; sessionId: string; refreshToken: string }> {
    const result = await this.transaction(async (client) => {
      const { rows } = await client.query<
        { user_id: string; session_id: string; revoked: boolean; fresh: boolean }
      >(
        `select user_id, session_id, revoked, updated_at > now() - make_interval(secs => $2) as fresh
         from auth.refresh_tokens where token = $1 for update`,
        [token, reuseSeconds],
      );
      const found = rows[0];
      if (!found) return undefined;
      const { user_id: userId, session_id: sessionId } = found;
      if (found.revoked) {
        const active = await client.query<{ token: string }>(
          "select token from auth.refresh_tokens where session_id = $1 and not revoked order by id desc limit 1",
          [sessionId],
        );
        const current = active.rows[0]?.token;
        if (found.fresh && current) return { userId, sessionId, refreshToken: current };
        await client.query(
          "update auth.refresh_tokens set revoked = true, updated_at = now() where session_id = $1",
          [
            sessionId,
          ],
        );
        return null;
      }
      await client.query(
        "update auth.refresh_tokens set revoked = true, updated_at = now() where token = $1",
        [token],
      );
      await client.query(
        "update auth.sessions set refreshed_at = now() at time zone 'utc' where id = $1",
        [sessionId],
      );
      return { userId, sessionId, refreshToken: await addToken(client, userId, sessionId, token) };
    });
    if (result) return result;
    throw result === null
      ? new AuthError(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used")
      : new AuthError(
        400,
        "refresh_token_not_found",
        "Invalid Refresh Token: Refresh Token Not Found",
      );
  }

  async endSessions(userId: string, sessionId: string, scope: string): Promise<void> {
    const which = scope === "local"
      ? "id = $2"
      : scope === "others"
      ? "id <> $2"
      : "$2::uuid is not null";
    await this.pool.query(`delete from auth.sessions where user_id = $1 and ${which}`, [
      userId,
      sessionId,
    ]);
  }

  private async one(sql: string, values: unknown[]): Promise<UserRow | undefined> {
    const { rows } = await this.pool.query<UserRow>(sql, values);
    return rows[0];
  }

  private async transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      await client.query("begin");
      const result = await work(client);
      await client.query("commit");
      return result;
    } catch (error) {
      await client.query("rollback").catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }
}

async function addIdentity(client: pg.PoolClient, userId: string, email: string): Promise<void> {
  const data = { sub: userId, email, email_verified: false, phone_verified: false };
  await client.query(
    `insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
     values ($1::text, $2::uuid, $3::jsonb, 'email', now(), now(), now())`,
    [userId, userId, JSON.stringify(data)],
  );
}

async function addToken(
  client: pg.PoolClient,
  userId: string,
  sessionId: string,
  parent: string | null,
): Promise<string> {
  const token = randomBytes(16).toString("base64url");
  await client.query(
    `insert into auth.refresh_tokens (instance_id, token, user_id, revoked, created_at, updated_at, parent, session_id)
     values ('00000000-0000-0000-0000-000000000000', $1, $2, false, now(), now(), $3, $4)`,
    [token, userId, parent, sessionId],
  );
  return token;
}
