import { type Actor, brandOf, idOf } from "../actors.ts";
import type { Attempt, Expected, Statement } from "../attempt.ts";
import type { World } from "../world.ts";

const file = "b".repeat(64);

/**
 * Storage and Realtime have no server in the local stack: what decides there is row level security on storage.objects
 * and realtime.messages, asked with the token's role and claims, and so it is asked here.
 */
export function files(world: World): Attempt[] {
  const stored = world.marks.rows.find(({ table, values }) =>
    table === "storage.objects" && String(values["name"]).startsWith(idOf("owner"))
  );
  const theirs = String(stored?.values["name"]);
  const own = world.marks.rows.find(({ table, values }) =>
    table === "storage.objects" && String(values["name"]).startsWith(idOf("stranger"))
  );
  const mine = String(own?.values["name"]);
  const attempts: Attempt[] = [];
  const add = (
    technique: string,
    as: Actor,
    object: string,
    send: Statement,
    expect: Expected = "nothing",
  ) => attempts.push({ technique, object: `${object} as ${as}`, as, send, expect });
  const insert = (name: string, owner = idOf("stranger"), bucket = "attachments") => ({
    sql: `insert into storage.objects (bucket_id, name, owner, owner_id)
      values ('${bucket}', '${name}', '${owner}', '${owner}') returning name`,
  });
  for (const as of ["stranger", "brand_admin", "anonymous", "newcomer", "anon"] as const) {
    add("read a file of others", as, "storage.objects", {
      sql: `select name from storage.objects where name = '${theirs}'`,
    });
    add("list the files of others", as, "storage.objects", {
      sql: `select name from storage.objects where name not like '${
        as === "anon" ? "" : idOf(as)
      }/%'`,
    });
    add("list buckets", as, "storage.buckets", { sql: "select id from storage.buckets" });
    add("delete a file of others", as, "storage.objects", {
      sql: `with allowed as (select set_config('storage.allow_delete_query', 'true', true))
        delete from storage.objects using allowed where name = '${theirs}' returning name`,
      settings: { "storage.allow_delete_query": "true" },
    });
    add("give a file of others new contents", as, "storage.objects", {
      sql:
        `update storage.objects set version = 'mine', metadata = '{}' where name = '${theirs}' returning name`,
    });
    add("make a bucket", as, "storage.buckets", {
      sql:
        "insert into storage.buckets (id, name, public) values ('mine', 'mine', true) returning id",
    });
    add("open the bucket to everybody", as, "storage.buckets", {
      sql: "update storage.buckets set public = true returning id",
    });
  }
  const places: [object: string, name: string][] = [
    ["another's folder", `${idOf("owner")}/${file}`],
    ["another's folder by dots", `${idOf("stranger")}/../${idOf("owner")}/${file}`],
    ["a folder deeper", `${idOf("stranger")}/x/${file}`],
    ["no folder", file],
    ["a name without a row", `${idOf("stranger")}/${file}`],
    ["capital letters", `${idOf("stranger")}/${"B".repeat(64)}`],
    ["a shorter name", `${idOf("stranger")}/${"b".repeat(63)}`],
    ["a line behind it", `${idOf("stranger")}/${file}\n`],
    ["a slash before it", `/${idOf("stranger")}/${file}`],
    ["a page of HTML", `${idOf("stranger")}/index.html`],
    ["a pattern for a folder", `%/${file}`],
    ["another's name behind one's own", `${mine}/${theirs}`],
  ];
  for (const [object, name] of places) {
    add("put a file", "stranger", object, insert(name), "refused");
  }
  add(
    "put a file",
    "stranger",
    "another bucket",
    insert(`${idOf("stranger")}/${file}`, idOf("stranger"), "fixture"),
    "refused",
  );
  add("put a file over another's", "stranger", "storage.objects", {
    sql: `insert into storage.objects (bucket_id, name) values ('attachments', '${theirs}')
      on conflict (bucket_id, name) do update set version = 'mine' returning name`,
  }, "refused");
  for (const as of ["anonymous", "newcomer", "anon"] as const) {
    add(
      "put a file",
      as,
      "one's own folder",
      insert(
        `${as === "anon" ? idOf("owner") : idOf(as)}/${file}`,
        idOf(as === "anon" ? "owner" : as),
      ),
      "refused",
    );
  }
  for (
    const [object, name] of [["another's folder", `${idOf("owner")}/${file}`], ["no folder", file]]
  ) {
    add("move a file of one's own", "stranger", object ?? "", {
      sql: `update storage.objects set name = '${name}' where name = '${mine}' returning name`,
    }, "refused");
  }
  add("move a file of one's own", "stranger", "another bucket", {
    sql: `update storage.objects set bucket_id = 'fixture' where name = '${mine}' returning name`,
  }, "refused");
  return attempts;
}

export function topics(world: World): Attempt[] {
  const session = String(
    world.marks.own("public.conversation_sessions", "owner").find(({ values }) =>
      world.marks.rows.some(({ table, values: message }) =>
        table === "realtime.messages" && message["topic"] === `session:${String(values["id"])}`
      )
    )?.values["id"],
  );
  const own = String(world.marks.own("public.conversation_sessions", "stranger")[0]?.values["id"]);
  const user = idOf("owner");
  const wanted: [object: string, topic: string][] = [
    ["a session of others", `session:${session}`],
    ["the list of another user", `user:${user}`],
    ["capital letters", `SESSION:${session}`],
    ["a space behind it", `session:${session} `],
    ["no prefix", session],
    ["Realtime's own prefix", `realtime:session:${session}`],
    ["a brand", `brand:${brandOf.theirs}`],
    ["a pattern", "session:%"],
    ["one's own before it", `session:${own},session:${session}`],
    ["SQL", `session:${session}' or true --`],
    ["no session", "session:"],
    ["nothing", ""],
  ];
  const attempts: Attempt[] = [];
  const add = (
    technique: string,
    as: Actor,
    object: string,
    send: Statement,
    expect: Expected = "nothing",
  ) => attempts.push({ technique, object: `${object} as ${as}`, as, send, expect });
  for (const [object, topic] of wanted) {
    for (const as of ["stranger", "brand_owner", "anonymous", "anon"] as const) {
      const settings = { "realtime.topic": topic };
      const quoted = `'${topic.replaceAll("'", "''")}'`;
      add("join a topic", as, object, {
        sql: `select topic, payload, extension from realtime.messages where topic = ${quoted}`,
        settings,
      });
      add("send to a topic", as, object, {
        sql: `insert into realtime.messages (topic, extension, event, payload, private)
          values (${quoted}, 'broadcast', 'message', '{"forged": true}', true) returning id`,
        settings,
      }, "refused");
      add("be present in a topic", as, object, {
        sql: `insert into realtime.messages (topic, extension, event, payload, private)
          values (${quoted}, 'presence', 'join', '{}', true) returning id`,
        settings,
      }, "refused");
    }
  }
  for (const as of ["stranger", "anonymous"] as const) {
    add("join one topic and read another", as, "realtime.messages", {
      sql: `select topic, payload from realtime.messages where topic = 'session:${session}'`,
      settings: { "realtime.topic": `session:${own}` },
    });
    add("read all topics at once", as, "realtime.messages", {
      sql:
        `select topic from realtime.messages where topic not like '%${own}' and topic not like '%${
          idOf(as)
        }'`,
      settings: { "realtime.topic": `session:${session}` },
    });
    add("forge an event by a function", as, "realtime.send", {
      sql: `select realtime.send('{"forged": true}', 'message', 'session:${session}', true)`,
    }, "own");
    add("change an event", as, "realtime.messages", {
      sql:
        `update realtime.messages set payload = '{}' where topic = 'session:${session}' returning id`,
      settings: { "realtime.topic": `session:${session}` },
    });
  }
  return attempts;
}
