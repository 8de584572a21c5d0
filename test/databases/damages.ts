import type { Client } from "pg";
import { readMutants } from "../mutation/catalog.ts";
import { ofExtension, ours, rows } from "../mutation/catalog/query.ts";

/** One way to damage a store, and what store_doctor has to name of it. */
export interface Damage {
  kind: string;
  sql: string;
  named: string;
  /** Seen only by what reads all rows. */
  isDeep: boolean;
}

function damage(kind: string, sql: string, named: string, isDeep = false): Damage {
  return { kind, sql, named, isDeep };
}

/** Every damage of the catalog that the mutation run knows, and those that no pgTAP file needs to see. */
export async function objectDamages(client: Client): Promise<Damage[]> {
  const mutants = (await readMutants(client)).map(({ kind, sql, names: [named = ""] }) =>
    damage(kind, sql, named)
  );
  const more: Damage[] = [];
  for (const source of sources) more.push(...(await source(client)));
  return [...mutants, ...more, ...single];
}

type Source = (client: Client) => Promise<Damage[]>;

/** A stranger to Turnbase that every server has. */
const stranger = "dashboard_user";

const relations = (kinds: string) =>
  `select c.oid::regclass::text as target, c.relname::text as name, c.relkind::text as kind
   from pg_catalog.pg_class as c
   where c.relnamespace::regnamespace::text in ${ours} and c.relkind in (${kinds})
     and not ${ofExtension("pg_class", "c.oid")}`;

async function tables(client: Client): Promise<Damage[]> {
  const found = await rows(
    client,
    ["target", "name", "has_keys"],
    `select t.*, exists (
       select from pg_catalog.pg_trigger as g where g.tgrelid = t.target::regclass
     )::text as has_keys
     from (${relations("'r', 'p'")} and not c.relispartition) as t order by 1`,
  );
  return found.flatMap(({ target, name, has_keys }) => [
    damage("table dropped", `drop table ${target} cascade`, name),
    damage("owner changed", `alter table ${target} owner to ${stranger}`, name),
    damage("row level security forced", `alter table ${target} force row level security`, name),
    ...(has_keys === "true"
      ? [damage("triggers and keys off", `alter table ${target} disable trigger all`, name)]
      : []),
    damage("grant to a stranger", `grant select on ${target} to ${stranger}`, name),
    damage(
      "grant option",
      `grant delete on ${target} to service_role with grant option`,
      name,
    ),
    damage(
      "policy added",
      `create policy doctor_added on ${target} for select to authenticated using (true)`,
      "doctor_added",
    ),
    damage(
      "trigger added",
      `${nothing}; create trigger doctor_added before insert on ${target}
       for each row execute function public.doctor_nothing()`,
      "doctor_added",
    ),
    damage(
      "rule added",
      `create rule doctor_added as on delete to ${target} do instead nothing`,
      "doctor_added",
    ),
  ]);
}

const nothing =
  "create function public.doctor_nothing() returns trigger language plpgsql as 'begin return null; end'";

async function views(client: Client): Promise<Damage[]> {
  const found = await rows(
    client,
    ["target", "name", "definition", "options"],
    `select v.*, rtrim(pg_get_viewdef(v.target::regclass), ';') as definition,
       (select array_to_string(c.reloptions, ', ') from pg_catalog.pg_class as c
        where c.oid = v.target::regclass) as options
     from (${relations("'v'")}) as v order by 1`,
  );
  return found.flatMap(({ target, name, definition, options }) => [
    damage("view dropped", `drop view ${target} cascade`, name),
    damage("view owner changed", `alter view ${target} owner to ${stranger}`, name),
    damage(
      "view replaced",
      `create or replace view ${target} with (${options}) as select * from (${definition}) as q where false`,
      name,
    ),
  ]);
}

async function columns(client: Client): Promise<Damage[]> {
  const found = await rows(
    client,
    ["target", "name", "column", "default", "identity"],
    `select c.oid::regclass::text as target, a.attname::text as name,
       quote_ident(a.attname) as column,
       (a.atthasdef and a.attgenerated = '')::text as default, a.attidentity::text as identity
     from pg_catalog.pg_class as c
     join pg_catalog.pg_attribute as a on a.attrelid = c.oid
     where c.relnamespace::regnamespace::text in ${ours} and c.relkind in ('r', 'p')
       and not c.relispartition and a.attnum > 0 and not a.attisdropped
       and not exists (
         select from pg_catalog.pg_partitioned_table as p
         where p.partrelid = c.oid and a.attnum = any (p.partattrs)
       )
     order by 1, a.attnum`,
  );
  return found.flatMap((row) => {
    const alter = `alter table ${row.target} alter column ${row.column}`;
    return [
      damage(
        "column dropped",
        `alter table ${row.target} drop column ${row.column} cascade`,
        row.name,
      ),
      damage(
        "column renamed",
        `alter table ${row.target} rename ${row.column} to doctor_x`,
        row.name,
      ),
      ...(row.default === "true"
        ? [
          damage("column default dropped", `${alter} drop default`, row.name),
          damage("column default changed", `${alter} set default null`, row.name),
        ]
        : []),
      ...(row.identity === "" ? [] : [
        damage("identity dropped", `${alter} drop identity`, row.name),
        damage("sequence changed", `${alter} set increment 2`, `${row.target}_${row.name}_seq`),
      ]),
    ];
  });
}

async function indexes(client: Client): Promise<Damage[]> {
  const found = await rows(
    client,
    ["index", "name", "definition"],
    `select i.indexrelid::regclass::text as index, c.relname::text as name,
       pg_get_indexdef(i.indexrelid) as definition
     from pg_catalog.pg_index as i
     join pg_catalog.pg_class as c on c.oid = i.indexrelid
     join pg_catalog.pg_class as t on t.oid = i.indrelid
     where t.relnamespace::regnamespace::text in ${ours} and not c.relispartition
       and not exists (
         select from pg_catalog.pg_constraint as k where k.conindid = i.indexrelid
       )
     order by 1`,
  );
  return found.flatMap(({ index, name, definition }) => [
    damage("index dropped", `drop index ${index} cascade`, name),
    damage(
      "index not valid",
      `update pg_catalog.pg_index set indisvalid = false where indexrelid = '${index}'::regclass`,
      name,
    ),
    damage(
      "index replaced",
      `drop index ${index} cascade; ${
        definition.replace(/ USING (\w+) \(.*$/s, "")
      } using btree ((1))`,
      name,
    ),
  ]);
}

async function constraints(client: Client): Promise<Damage[]> {
  const found = await rows(
    client,
    ["target", "constraint", "name", "definition"],
    `select k.conrelid::regclass::text as target, quote_ident(k.conname) as constraint,
       k.conname::text as name, pg_get_constraintdef(k.oid) as definition
     from pg_catalog.pg_constraint as k
     join pg_catalog.pg_class as c on c.oid = k.conrelid
     where c.relnamespace::regnamespace::text in ${ours} and c.relkind = 'r'
       and k.contype in ('c', 'f') and k.conparentid = 0 and k.coninhcount = 0
       and not c.relispartition
     order by 1, 3`,
  );
  return found.map(({ target, constraint, name, definition }) =>
    damage(
      "constraint not validated",
      `alter table ${target} drop constraint ${constraint},
         add constraint ${constraint} ${definition} not valid`,
      name,
    )
  );
}

async function functions(client: Client): Promise<Damage[]> {
  const found = await rows(
    client,
    ["target", "name", "language", "volatility", "parallel", "definition", "kind"],
    `select p.oid::regprocedure::text as target, p.proname::text as name, l.lanname::text as language,
       p.provolatile::text as volatility, p.proparallel::text as parallel, p.prokind::text as kind,
       case when p.prokind <> 'a' then pg_get_functiondef(p.oid) else '' end as definition
     from pg_catalog.pg_proc as p
     join pg_catalog.pg_language as l on l.oid = p.prolang
     where p.pronamespace::regnamespace::text in ${ours}
       and not ${ofExtension("pg_proc", "p.oid")}
     order by 1`,
  );
  return found.flatMap((row) => {
    const alter = `alter routine ${row.target}`;
    const damages = [
      damage("function dropped", `drop routine ${row.target} cascade`, row.name),
      damage("function owner changed", `${alter} owner to ${stranger}`, row.name),
    ];
    if (row.kind === "a") return damages;
    const body = /(AS (\$\w*\$))(.*)\2/s.exec(row.definition);
    if (body) {
      const other = row.language === "plpgsql"
        ? "begin raise exception 'gone'; end"
        : `${body[3]} limit 0`;
      const text = row.definition.replace(
        /(AS (\$\w*\$)).*\2/s,
        () => `${body[1]}${other}${body[2]}`,
      );
      damages.push(damage("function body replaced", text, row.name));
    }
    damages.push(
      damage(
        "function volatility changed",
        `${alter} ${row.volatility === "v" ? "stable" : "volatile"}`,
        row.name,
      ),
      damage(
        "function made parallel safe or not",
        `${alter} parallel ${row.parallel === "s" ? "unsafe" : "safe"}`,
        row.name,
      ),
      damage("function made leakproof", `${alter} leakproof`, row.name),
      damage("function setting added", `${alter} set search_path = public`, row.name),
    );
    return damages;
  });
}

async function triggers(client: Client): Promise<Damage[]> {
  const found = await rows(
    client,
    ["target", "trigger", "name", "definition"],
    `select t.tgrelid::regclass::text as target, quote_ident(t.tgname) as trigger,
       t.tgname::text as name, pg_get_triggerdef(t.oid) as definition
     from pg_catalog.pg_trigger as t
     join pg_catalog.pg_class as c on c.oid = t.tgrelid
     join pg_catalog.pg_proc as p on p.oid = t.tgfoid
     where not t.tgisinternal and t.tgparentid = 0
       and (c.relnamespace::regnamespace::text in ${ours}
         or p.pronamespace::regnamespace::text in ${ours})
     order by 1, 3`,
  );
  return found.flatMap(({ target, trigger, name, definition }) => {
    const drop = `drop trigger ${trigger} on ${target}`;
    const other = definition.replace(
      /EXECUTE FUNCTION .*$/s,
      "execute function public.doctor_nothing()",
    );
    const always = definition.replace(/ WHEN \(.*\) EXECUTE/s, " EXECUTE");
    return [
      damage("trigger runs another function", `${nothing}; ${drop}; ${other}`, name),
      damage(
        "trigger on replicas only",
        `alter table ${target} enable replica trigger ${trigger}`,
        name,
      ),
      ...(always === definition
        ? []
        : [damage("trigger without its condition", `${drop}; ${always}`, name)]),
    ];
  });
}

async function types(client: Client): Promise<Damage[]> {
  const found = await rows(
    client,
    ["target", "name", "type", "label"],
    `select t.oid::regtype::text as target, t.typname::text as name, t.typtype::text as type,
       coalesce(quote_literal((
         select min(e.enumlabel) from pg_catalog.pg_enum as e where e.enumtypid = t.oid
       )), '') as label
     from pg_catalog.pg_type as t
     left join pg_catalog.pg_class as c on c.oid = t.typrelid
     where t.typnamespace::regnamespace::text in ${ours} and (t.typtype = 'e' or c.relkind = 'c')
     order by 1`,
  );
  return found.flatMap(({ target, name, type, label }) => [
    damage("type dropped", `drop type ${target} cascade`, name),
    damage("type owner changed", `alter type ${target} owner to ${stranger}`, name),
    damage("type rights changed", `revoke usage on type ${target} from public`, name),
    ...(type === "e"
      ? [
        damage("enum label added", `alter type ${target} add value 'doctor_added'`, name),
        damage(
          "enum label renamed",
          `alter type ${target} rename value ${label} to 'doctor_x'`,
          name,
        ),
      ]
      : [
        damage(
          "attribute added",
          `alter type ${target} add attribute doctor_added text cascade`,
          name,
        ),
      ]),
  ]);
}

async function partitions(client: Client): Promise<Damage[]> {
  const found = await rows(
    client,
    ["target", "name", "parent", "is_due"],
    `select c.oid::regclass::text as target, c.relname::text as name,
       i.inhparent::regclass::text as parent,
       (c.relname ~ '_default$' or to_date(right(c.relname, 7), 'YYYY_MM')
         between date_trunc('month', now() at time zone 'utc')
         and date_trunc('month', now() at time zone 'utc') + interval '1 month')::text as is_due
     from pg_catalog.pg_inherits as i
     join pg_catalog.pg_class as c on c.oid = i.inhrelid
     where c.relnamespace::regnamespace::text in ${ours} and c.relkind = 'r'
     order by 1`,
  );
  return found.flatMap(({ target, name, parent, is_due }) => [
    damage("partition detached", `alter table ${parent} detach partition ${target}`, name),
    damage(
      "partition with a policy",
      `create policy doctor_added on ${target} using (true)`,
      "doctor_added",
    ),
    damage("partition of another owner", `alter table ${target} owner to ${stranger}`, name),
    damage(
      "partition with a trigger",
      `create trigger doctor_added before insert on ${target}
       for each row execute function private.tg__touch_updated_at()`,
      "doctor_added",
    ),
    ...(name.startsWith("agent_logs")
      ? [damage("partition without triggers", `alter table ${target} disable trigger all`, name)]
      : []),
    // Of the oldest, cleanup_old_logs may have been the one who dropped it.
    ...(is_due === "true"
      ? [damage(
        "partition dropped",
        `drop table ${target}`,
        name.endsWith("_default") ? name : name.slice(-7).replace("_", "-"),
      )]
      : []),
  ]);
}

const sources: Source[] = [
  tables,
  views,
  columns,
  indexes,
  constraints,
  functions,
  triggers,
  types,
  partitions,
];

const bucket = "set local storage.allow_delete_query = 'true'";

const single: Damage[] = [
  ...[
    ["alter role analyst login", "analyst"],
    ["alter role analyst bypassrls", "analyst"],
    ["alter role authenticated bypassrls", "authenticated"],
    ["alter role anon superuser", "anon"],
    ["alter role authenticated createrole", "authenticated"],
    ["alter role service_role nobypassrls", "service_role"],
    ["alter role authenticated inherit", "authenticated"],
  ].map(([sql = "", named = ""]) => damage("role changed", sql, named)),
  ...[
    ["grant analyst to authenticated", "authenticated in role analyst"],
    ["grant service_role to anon", "anon in role service_role"],
    ["grant analyst to authenticator", "authenticator in role analyst"],
    ["grant pg_read_all_data to analyst", "analyst in role pg_read_all_data"],
    ["revoke service_role from authenticator", "authenticator in role service_role"],
  ].map(([sql = "", named = ""]) => damage("membership changed", sql, named)),
  damage("extension dropped", "drop extension btree_gist cascade", "btree_gist"),
  damage(
    "bucket",
    "update storage.buckets set public = true where id = 'attachments'",
    "bucket attachments",
  ),
  damage(
    "bucket",
    `${bucket}; delete from storage.objects; delete from storage.buckets where id = 'attachments'`,
    "bucket attachments",
  ),
  damage(
    "rules as rows",
    "delete from private.session_transitions where from_state = 'initial' and to_state = 'gathering'",
    "initial to gathering",
  ),
  damage(
    "rules as rows",
    "insert into private.session_transitions values ('delivered', 'initial')",
    "delivered to initial",
  ),
  damage("unlogged", "alter table private.removed_usage set unlogged", "removed_usage"),
  damage("right to a schema", "revoke usage on schema public from analyst, public", "analyst"),
  damage("price book emptied", "delete from public.model_prices", "model_prices"),
  damage("memory lost", "delete from private.expected_objects", "expected_objects"),
  damage(
    "memory lost",
    "delete from private.expected_objects where identity = 'table public.brands'",
    "table public.brands",
  ),
  damage(
    "memory of another version",
    "update private.expected_objects set definition = '14' where kind = 'server'",
    "Postgres 14",
  ),
  damage(
    "queue not worked",
    `set local session_replication_role = replica;
     update private.message_streams set is_running = true, last_delta_at = now() - interval '1 day'`,
    "interrupt_stale_messages",
  ),
  damage(
    "queue not worked",
    `insert into private.storage_deletions (bucket_id, path, queued_at)
     values ('attachments', 'x', now() - interval '2 days')`,
    "take_storage_deletions",
  ),
  damage(
    "queue not worked",
    `insert into private.usage_tail (sign, created_at, reported_by, is_error, cost_source)
     select 1, now(), 'service_role', false, 'none' from generate_series(1, 20001)`,
    "merge_usage",
  ),
  damage(
    "rows in the default partition",
    `do $$
     declare
       v_next constant timestamp := date_trunc('month', now() at time zone 'utc') + interval '1 month';
     begin
       execute format('drop table private.agent_logs_%s', to_char(v_next, 'YYYY_MM'));
       insert into public.agent_logs (log_type, created_at) values ('trace', v_next at time zone 'utc');
     end
     $$`,
    "agent_logs_default",
  ),
];

const replica = "set local session_replication_role = replica";

/** Wrong numbers and loose ends, in a store with the rows of `fill`. */
export async function dataDamages(client: Client, session: string): Promise<Damage[]> {
  const one = `where id = '${session}'`;
  const deep = (kind: string, sql: string, named: string) =>
    damage(kind, `${replica}; ${sql}`, named, true);
  const damages: Damage[] = [];
  for (const column of ["message_count", "total_tokens", "total_cost_usd", "branch_count"]) {
    for (const by of ["+ 1", "* 2 + 3"]) {
      damages.push(deep(
        "counter wrong",
        `update public.conversation_sessions set ${column} = ${column} ${by} ${one}`,
        `session ${session}: ${column}`,
      ));
    }
  }
  const messages = `from public.conversation_messages where session_id = '${session}'`;
  damages.push(
    deep(
      "place wrong",
      `update public.conversation_sessions set last_sequence = 1 ${one}`,
      `session ${session}: last_sequence`,
    ),
    deep(
      "place wrong",
      `update public.conversation_sessions set active_message_id = null ${one}`,
      `session ${session}: active_message_id`,
    ),
    deep(
      "place wrong",
      `update public.conversation_sessions set active_message_id = gen_random_uuid() ${one}`,
      `session ${session}: active_message_id`,
    ),
    ...["tokens_used", "cost_usd"].map((column) =>
      deep(
        "message changed behind the triggers",
        `update public.conversation_messages set ${column} = coalesce(${column}, 0) + 1
         where id = (select id ${messages} limit 1)`,
        `session ${session}: total_${column === "cost_usd" ? column : "tokens"}`,
      )
    ),
    deep(
      "message changed behind the triggers",
      `delete from public.conversation_messages where id = (select id ${messages} limit 1)`,
      `session ${session}: message_count`,
    ),
    ...["latency_ms", "input_tokens", "output_tokens", "reasoning_tokens"].map((column) =>
      deep(
        "message changed behind the triggers",
        `update public.conversation_messages set ${column} = coalesce(${column}, 0) + 100
         where id = (select id ${messages} and role = 'assistant' limit 1)`,
        column === "latency_ms" ? "latency_ms_sum is off" : `${column} is off`,
      )
    ),
  );

  const numbers = await rows(
    client,
    ["column", "type"],
    `select a.attname::text as column, format_type(a.atttypid, a.atttypmod) as type
     from pg_catalog.pg_attribute as a
     where a.attrelid = 'private.usage_rollups'::regclass and a.attnum > 7 and not a.attisdropped`,
  );
  for (const { column, type } of numbers) {
    const value = type === "integer[]"
      ? "array[1, 1]"
      : type.startsWith("timestamp")
      ? `${column} ${column.startsWith("first") ? "+" : "-"} interval '1 hour'`
      : `${column} + 1`;
    for (const scope of ["user", "brand", "all"]) {
      damages.push(deep(
        "ledger wrong",
        `update private.usage_rollups set ${column} = ${value}
         where ctid = (select ctid from private.usage_rollups where scope = '${scope}' limit 1)`,
        `${column}${type.startsWith("timestamp") ? "" : " is off"}`,
      ));
    }
  }
  for (const scope of ["user", "brand", "all"]) {
    damages.push(deep(
      "ledger row lost",
      `delete from private.usage_rollups
       where ctid = (select ctid from private.usage_rollups where scope = '${scope}' limit 1)`,
      scope === "user" ? "usage_daily" : `scope ${scope}`,
    ));
  }
  damages.push(
    deep("ledger row lost", "delete from private.usage_tail", "usage_daily"),
    deep("ledger row lost", "delete from private.removed_usage", "usage_daily"),
    deep(
      "ledger row doubled",
      "insert into private.usage_tail table private.usage_tail",
      "usage_daily",
    ),
  );

  const children = await rows(
    client,
    ["target", "owner", "message"],
    `select c.oid::regclass::text as target,
       bool_or(a.attname = 'user_id')::text as owner, bool_or(a.attname = 'message_id')::text as message
     from pg_catalog.pg_class as c
     join pg_catalog.pg_attribute as a on a.attrelid = c.oid and not a.attisdropped
     where c.relnamespace::regnamespace::text in ${ours} and c.relkind = 'r' and not c.relispartition
     group by c.oid
     having bool_or(a.attname = 'session_id')`,
  );
  for (const { target, owner, message } of children) {
    if ((await client.query(`select from ${target} limit 1`)).rowCount === 0) continue;
    const row = `where ctid = (select ctid from ${target} limit 1)`;
    if (owner === "true" && target !== "public.budget_reservations") {
      damages.push(
        deep(
          "copy of the owner wrong",
          `update ${target} set user_id = gen_random_uuid() ${row}`,
          target,
        ),
      );
    }
    damages.push(
      deep(
        "row without its session",
        `update ${target} set session_id = gen_random_uuid() ${row}`,
        target,
      ),
    );
    if (message === "true") {
      damages.push(
        deep(
          "row without its message",
          `update ${target} set message_id = gen_random_uuid() ${row}`,
          target,
        ),
      );
    }
  }
  damages.push(
    deep(
      "copy of the owner wrong",
      `update public.conversation_messages set brand_id = gen_random_uuid()
       where id = (select id ${messages} limit 1)`,
      "conversation_messages",
    ),
    deep(
      "row without its message",
      `update public.conversation_messages set parent_message_id = gen_random_uuid()
       where id = (select id ${messages} limit 1)`,
      "parent_message_id",
    ),
    deep(
      "row without its session",
      `delete from public.conversation_sessions ${one}`,
      session,
    ),
    deep(
      "search index wrong",
      "delete from public.message_search where ctid = (select ctid from public.message_search limit 1)",
      "message_search",
    ),
    deep(
      "search index wrong",
      "update public.message_search set role = 'system'",
      "message_search",
    ),
    deep(
      "search index wrong",
      "update public.message_search set created_at = created_at - interval '1 day'",
      "message_search",
    ),
    deep("search index wrong", "delete from private.session_search", "session_search"),
    deep(
      "search index wrong",
      `update public.conversation_sessions set title = '', description = null`,
      "session_search",
    ),
  );
  const { rowCount } = await client.query(
    "select where to_regclass('public.message_embeddings') is not null",
  );
  if (rowCount) {
    damages.push(
      deep(
        "vector wrong",
        "update public.message_embeddings set content_hash = sha256('other')",
        "message_embeddings",
      ),
      damage(
        "queue not worked",
        `${replica}; insert into private.embedding_queue (message_id, dead_at)
         select gen_random_uuid(), now() from generate_series(1, 10)`,
        "embedding_queue_stats",
      ),
      damage(
        "queue not worked",
        `insert into private.embedding_queue (message_id, due_at)
         select id, now() - interval '1 day' ${messages} limit 1
         on conflict (message_id) do update set due_at = excluded.due_at`,
        "embedding_queue_stats",
      ),
    );
  }
  return damages;
}
