import { idOf } from "../actors.ts";
import type { Attempt, Expected } from "../attempt.ts";
import type { World } from "../world.ts";

const claims = JSON.stringify({ sub: idOf("owner"), role: "service_role" });

/** Headers that something on the way might take for a setting, a role or a user. */
const headers: [name: string, value: string][] = [
  ["request.jwt.claims", claims],
  ["request.jwt.claim.sub", idOf("owner")],
  ["request.jwt.claim.role", "service_role"],
  ["request-jwt-claims", claims],
  ["x-request-jwt-claims", claims],
  ["request.headers", claims],
  ["role", "service_role"],
  ["x-role", "service_role"],
  ["x-hasura-role", "admin"],
  ["x-supabase-role", "service_role"],
  ["x-client-role", "service_role"],
  ["x-forwarded-user", idOf("owner")],
  ["x-user-id", idOf("owner")],
  ["x-original-url", "/rest/v1/conversation_sessions"],
  ["x-forwarded-prefix", "/"],
  ["search_path", "private"],
  ["set", "role service_role"],
  ["cookie", `request.jwt.claims=${encodeURIComponent(claims)}; role=service_role`],
  ["prefer", "role=service_role"],
  ["prefer", "tx=rollback; set role service_role"],
  ["prefer", "timezone=UTC'; set role service_role; --"],
  ["prefer", "timezone=(select current_user)"],
  ["prefer", "handling=strict, max-affected=0"],
  ["prefer", "plurality=singular"],
  ["accept-language", "'; set role service_role; --"],
  ["user-agent", "'; set role service_role; --"],
  ["range", "items=-1--1"],
  ["accept", "application/octet-stream"],
  ["accept", "text/xml"],
  ["accept", "application/vnd.pgrst.array"],
  ["accept", "application/geo+json"],
  ["x-session-secret", "v".repeat(43)],
];

/** Of Postgres and its extensions: nothing that stands in a schema which the API does not show can be called. */
const builtIn = [
  "set_config",
  "current_setting",
  "pg_sleep",
  "pg_read_file",
  "pg_read_binary_file",
  "pg_ls_dir",
  "pg_stat_file",
  "lo_import",
  "lo_export",
  "lo_from_bytea",
  "query_to_xml",
  "table_to_xml",
  "database_to_xml",
  "cursor_to_xml",
  "pg_terminate_backend",
  "pg_cancel_backend",
  "pg_reload_conf",
  "pg_stat_get_activity",
  "pg_notify",
  "pg_logical_emit_message",
  "pg_advisory_lock",
  "dblink",
  "crypt",
  "gen_random_uuid",
  "version",
  "current_user",
  "has_table_privilege",
  "pg_get_viewdef",
  "pg_get_functiondef",
  "txid_current",
  "nextval",
  "setval",
  "uid",
  "jwt",
  "send",
  "topic",
  "foldername",
  "graphql",
  "is_trusted_caller",
  "my_brand_ids",
  "raise_error",
  "find_messages",
  "nearest_messages",
  "is_same_hash",
  "count_call",
];

const paths = [
  "/private.rate_limits",
  "/private/rate_limits",
  '/"private"."rate_limits"',
  "/public.conversation_sessions",
  "/pg_catalog.pg_authid",
  "/pg_authid",
  "/pg_shadow",
  "/pg_stat_activity",
  "/pg_settings",
  "/pg_user",
  "/information_schema.tables",
  "/auth.users",
  "/users",
  "/objects",
  "/buckets",
  "/message_streams",
  "/rate_limits",
  "/usage_rollups",
  "/schema_migrations",
  "/rpc/private.error_codes",
  "/rpc/extensions.crypt",
  "/rpc/pg_catalog.set_config",
  "/rpc/..%2f..%2fadmin",
  "/..%2f..%2fauth/v1/admin/users",
  "/rpc/list_sessions%00private",
  "/conversation_sessions;private.rate_limits",
  "/conversation_sessions/../users",
  "//users",
];

const overrides = [
  "x-http-method-override",
  "x-http-method",
  "x-method-override",
  "x-original-method",
];

/** What comes with a request besides its question. */
export function requests(world: World): Attempt[] {
  const attempts: Attempt[] = [];
  const push = (
    technique: string,
    object: string,
    more: Partial<Attempt>,
    expect: Expected = "nothing",
  ) => attempts.push({ technique, object, as: "newcomer", expect, ...more });
  for (const [name, value] of headers) {
    const object = `${name}: ${value.slice(0, 40)}`;
    push("a setting in a header", object, {
      send: { path: "/conversation_messages?select=*", headers: [[name, value]] },
    });
    push("a setting in a header, with the anon key", object, {
      as: "anon",
      send: { path: "/conversation_messages?select=*", headers: [[name, value]] },
    }, "refused");
    push("a setting in a header of a write", object, {
      send: {
        method: "PATCH",
        path: "/conversation_sessions?id=not.is.null",
        body: { title: "x" },
        headers: [[name, value]],
      },
    });
    push("a setting in a header of a call", object, {
      send: { path: "/rpc/list_sessions", body: {}, headers: [[name, value]] },
    });
  }
  for (const name of ["role", "request.jwt.claims", "request.jwt.claim.sub", "search_path"]) {
    push("a setting in the query", name, {
      send: { path: `/conversation_messages?${name}=${encodeURIComponent(`eq.${claims}`)}` },
    });
  }
  for (const schema of world.catalog.closedSchemas) {
    const row = world.marks.rows.find(({ table }) => table.startsWith(`${schema}.`));
    const table = row?.table.split(".")[1] ?? "users";
    const as = "stranger";
    push("a closed schema by Accept-Profile", schema, {
      as,
      send: { path: `/${table}?select=*`, headers: [["accept-profile", schema]] },
    }, [406]);
    push("a closed schema by Content-Profile", schema, {
      as,
      send: { path: `/${table}`, body: {}, headers: [["content-profile", schema]] },
    }, [406]);
    push("a closed schema's function", schema, {
      as,
      send: { path: "/rpc/error_codes", body: {}, headers: [["content-profile", schema]] },
    }, [406]);
    push("a closed schema behind an open one", schema, {
      as,
      send: { path: `/${table}?select=*`, headers: [["accept-profile", `public, ${schema}`]] },
    }, [406]);
    push("a closed schema's table by its full name", schema, {
      as,
      send: { path: `/${schema}.${table}?select=*` },
    }, [404]);
  }
  for (const name of builtIn) {
    push("a function of Postgres", name, {
      send: { path: `/rpc/${name}`, body: {} },
    }, [404]);
    push("a function of Postgres by GET", name, { send: { path: `/rpc/${name}` } }, [404]);
    push("a function of Postgres in the other schema", name, {
      send: { path: `/rpc/${name}`, body: {}, headers: [["content-profile", "graphql_public"]] },
    }, [404]);
  }
  for (const path of paths) push("a path out of the API", path, { send: { path } }, "refused");
  for (const relation of world.catalog.relations.filter(({ isView }) => !isView)) {
    for (const name of overrides) {
      push("a method in a header", `${relation.name} by ${name}`, {
        send: {
          path: `/${relation.name}?limit=0`,
          headers: [[name, "DELETE"]],
        },
      });
    }
    for (const method of ["TRACE", "PROPFIND", "LOCK", "COPY"]) {
      push("a method that there is not", `${method} ${relation.name}`, {
        send: { method, path: `/${relation.name}` },
      }, "refused");
    }
  }
  for (const service of ["storage", "realtime"]) {
    push("a service that is not there", service, {
      send: { path: `/${service}/v1/object/list/attachments`, body: { prefix: "" } },
    }, [501]);
  }
  for (const as of ["anon", "newcomer", "stranger"] as const) {
    push("the description of the API", `as ${as}`, {
      as,
      send: { path: "/" },
      expect: ({ status, text }) => {
        if (status >= 400) return undefined;
        const closed = world.catalog.routines.filter(({ isOpen }) => as === "anon" || !isOpen)
          .find(({ name }) => text.includes(`"/rpc/${name}"`));
        return closed && `describes ${closed.name}`;
      },
    });
    for (const origin of ["https://evil.example", "null"]) {
      push("a page of another origin with one's cookies", `${origin} as ${as}`, {
        as,
        send: { path: "/conversation_sessions", headers: [["origin", origin], ["cookie", "a=b"]] },
        expect: ({ headers }) =>
          headers["access-control-allow-credentials"] === undefined
            ? undefined
            : "lets pages of any origin send cookies",
      });
    }
  }
  return attempts;
}
