import { execFile } from "node:child_process";
import { readlink } from "node:fs/promises";
import { promisify } from "node:util";
import type pg from "pg";

const run = promisify(execFile);

/** One line for each thing that a database holds, sorted. */
export type Snapshot = string[];

// Ours are the server's own schemas and what each session makes for itself.
const inSight = (schema: string) =>
  `${schema} !~ '^(pg_|information_schema$)' and ${schema} <> 'tests'`;

const acl = (column: string, kind: string, owner: string) => `
  (select string_agg(
     concat_ws(' ', coalesce(nullif(a.grantee, 0)::regrole::text, 'public'), a.privilege_type,
       a.is_grantable, a.grantor::regrole), ', ' order by a.grantee::regrole::text,
       a.privilege_type, a.grantor::regrole::text)
   from aclexplode(coalesce(${column}, acldefault(${kind}, ${owner}))) as a)`;

const comment = (oid: string, catalog: string) => `obj_description(${oid}, '${catalog}')`;

/** Each makes rows of a kind; a kind's columns are whatever tells one of it from another. */
const queries: Record<string, string> = {
  schema: `
    select n.nspname, n.nspowner::regrole, ${acl("n.nspacl", "'n'", "n.nspowner")},
      ${comment("n.oid", "pg_namespace")}
    from pg_namespace as n where ${inSight("n.nspname")}`,
  relation: `
    select c.oid::regclass, c.relkind, c.relowner::regrole, c.relpersistence, c.relrowsecurity,
      c.relforcerowsecurity, c.reloptions, c.relreplident,
      ${
    acl("c.relacl", "case c.relkind when 'S' then 's' else 'r' end::\"char\"", "c.relowner")
  }, ${comment("c.oid", "pg_class")},
      pg_get_expr(c.relpartbound, c.oid), pg_get_partkeydef(c.oid),
      case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end
    from pg_class as c
    where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and ${
    inSight("c.relnamespace::regnamespace::text")
  }`,
  column: `
    select a.attrelid::regclass, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
      a.attnotnull, a.attidentity, a.attgenerated, a.attcollation, a.attacl,
      pg_get_expr(d.adbin, d.adrelid), col_description(a.attrelid, a.attnum)
    from pg_attribute as a
    join pg_class as c on c.oid = a.attrelid
    left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'c') and a.attnum > 0 and ${
    inSight("c.relnamespace::regnamespace::text")
  }`,
  constraint: `
    select c.conrelid::regclass, c.contypid::regtype, c.conname, pg_get_constraintdef(c.oid),
      c.convalidated, ${comment("c.oid", "pg_constraint")}
    from pg_constraint as c where ${inSight("c.connamespace::regnamespace::text")}`,
  index: `
    select pg_get_indexdef(i.indexrelid), i.indisvalid, ${comment("i.indexrelid", "pg_class")}
    from pg_index as i join pg_class as c on c.oid = i.indexrelid
    where ${inSight("c.relnamespace::regnamespace::text")}`,
  policy: `
    select p.polrelid::regclass, p.polname, p.polcmd, p.polpermissive,
      array(select r.oid::regrole::text from pg_roles as r where r.oid = any (p.polroles) order by 1),
      pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid),
      ${comment("p.oid", "pg_policy")}
    from pg_policy as p`,
  trigger: `
    select t.tgrelid::regclass, pg_get_triggerdef(t.oid), t.tgenabled, ${
    comment("t.oid", "pg_trigger")
  }
    from pg_trigger as t where not t.tgisinternal`,
  "event trigger":
    "select evtname, evtevent, evtfoid::regproc, evtenabled, evttags from pg_event_trigger",
  function: `
    select p.oid::regprocedure, p.proowner::regrole, ${acl("p.proacl", "'f'", "p.proowner")},
      ${comment("p.oid", "pg_proc")},
      case when p.prokind in ('f', 'p', 'w') then pg_get_functiondef(p.oid) end
    from pg_proc as p where ${inSight("p.pronamespace::regnamespace::text")}`,
  type: `
    select t.oid::regtype, t.typtype, t.typowner::regrole, ${acl("t.typacl", "'T'", "t.typowner")},
      ${comment("t.oid", "pg_type")},
      array(select e.enumlabel from pg_enum as e where e.enumtypid = t.oid order by e.enumsortorder)
    from pg_type as t where ${inSight("t.typnamespace::regnamespace::text")}`,
  extension: `
    select e.extname, e.extversion, e.extnamespace::regnamespace, e.extowner::regrole
    from pg_extension as e`,
  "default privileges": `
    select d.defaclrole::regrole, d.defaclnamespace::regnamespace, d.defaclobjtype, d.defaclacl
    from pg_default_acl as d`,
  publication: `
    select p.pubname, p.pubowner::regrole, p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete,
      array(select r.prrelid::regclass::text from pg_publication_rel as r where r.prpubid = p.oid
        order by 1)
    from pg_publication as p`,
};

// Roles belong to the whole server, where others may be at work: those of the pattern.
const roleQueries: Record<string, string> = {
  role: `
    select r.rolname, r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin,
      r.rolreplication, r.rolbypassrls, r.rolconnlimit, r.rolvaliduntil,
      shobj_description(r.oid, 'pg_authid')
    from pg_roles as r where r.rolname ~ $1`,
  membership: `
    select to_jsonb(m) - 'oid' - 'roleid' - 'member' - 'grantor', m.roleid::regrole,
      m.member::regrole, m.grantor::regrole
    from pg_auth_members as m
    where m.roleid::regrole::text ~ $1 and m.member::regrole::text ~ $1`,
  "role setting": `
    select s.setrole::regrole, s.setconfig
    from pg_db_role_setting as s where s.setrole::regrole::text ~ $1`,
};

/** What the catalogs say of a database, and the rows of its tables. */
export async function snapshot(client: pg.ClientBase, roles = "."): Promise<Snapshot> {
  const lines: Snapshot = [];
  const read = async (kind: string, query: string, values: string[] = []) => {
    const { rows } = await client.query<unknown[]>({ text: query, values, rowMode: "array" });
    for (const row of rows) lines.push(`${kind}: ${JSON.stringify(row)}`);
  };
  // Every name with its schema.
  const { rows: [path] } = await client.query<{ path: string }>(
    "select current_setting('search_path') as path",
  );
  await client.query("select set_config('search_path', '', false)");
  for (const [kind, query] of Object.entries(queries)) await read(kind, query);
  for (const [kind, query] of Object.entries(roleQueries)) await read(kind, query, [roles]);
  const { rows: tables } = await client.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class as c
     where c.relkind = 'r' and c.oid::regclass::text <> 'cron.job_run_details'
       and ${inSight("c.relnamespace::regnamespace::text")}`,
  );
  for (const { name } of tables) {
    await read(`row of ${name}`, `select to_jsonb(t) from ${name} as t`);
  }
  await client.query("select set_config('search_path', $1, false)", [path?.path]);
  return lines.sort();
}

interface PgDump {
  /** What to print of it. */
  which: string;
  /** The schema as it writes it. */
  schema(url: string): Promise<string>;
}

/** The pg_dump of the server's own version: beside its programs, where they can be seen from here, else on the PATH. */
export async function findPgDump(client: pg.ClientBase): Promise<PgDump | undefined> {
  const { rows: [server] } = await client.query<{ pid: number; major: number }>(
    `select pg_backend_pid() as pid, current_setting('server_version_num')::int / 10000 as major`,
  );
  for (const command of [...await besideServer(server?.pid ?? 0), ["pg_dump"]]) {
    const [program = "", ...first] = command;
    try {
      const { stdout } = await run(program, [...first, "--version"]);
      const version = /(\d+)[.\d]*/.exec(stdout)?.[0] ?? "";
      if (Number.parseInt(version) !== server?.major) continue;
      return {
        which: `${command.join(" ")} ${version}`,
        schema: async (url) => {
          const { stdout } = await run(program, [...first, "--schema-only", `--dbname=${url}`], {
            maxBuffer: 1 << 26,
          });
          // A word that is different each time.
          return stdout.replace(/^\\(un)?restrict .*$/gm, "");
        },
      };
    } catch {
      // Not there, or not for this machine.
    }
  }
  return undefined;
}

async function besideServer(pid: number): Promise<string[][]> {
  try {
    const [exe, top] = await Promise.all(
      ["exe", "root"].map((name) => readlink(`/proc/${pid}/${name}`)),
    );
    if (!exe || !top || !/[/]postgres$/.test(exe)) return [];
    const program = exe.replace(/postgres$/, "pg_dump");
    // A server in a root folder of its own has its libraries there.
    return top === "/" ? [[program]] : [["chroot", top, program.slice(top.length)]];
  } catch {
    return [];
  }
}
