import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import pg from "pg";
import { openServer, scratchDatabase } from "../run/server.ts";

const timeout = 600_000;
/** TURNBASE_RECALL_ROWS asks for more or fewer. */
const total = Number(process.env["TURNBASE_RECALL_ROWS"] ?? 200_000);
const k = 10;
const queries = 24;
/** Of all rows, each of another user; the rest belongs to a hundred others. */
const shares = [0.5, 0.01, 0.001];

const users: string[] = [];
/** One connection for all: the queries are made of its temporary table. */
let client: pg.Client | undefined;
const close: (() => PromiseLike<unknown>)[] = [];

before(async () => {
  const server = await openServer();
  close.push(() => server[Symbol.asyncDispose]());
  if (!server.hasVector) return;
  // A database of its own: the index over everybody's vectors would hold those of other tests too.
  const scratch = await scratchDatabase(server.adminUrl);
  close.push(() => scratch[Symbol.asyncDispose]());
  const connected = new pg.Client({ connectionString: scratch.database.adminUrl });
  await connected.connect();
  client = connected;
  close.push(() => connected.end());
  let began = performance.now();
  const log = (what: string) => {
    console.log(`# ${what}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
    began = performance.now();
  };
  await connected.query("set session_replication_role = replica");
  await connected.query("set synchronous_commit = off");
  await connected.query("set maintenance_work_mem = '1GB'");
  await connected.query("drop index public.message_embeddings_embedding_idx");
  await connected.query("select setseed(0.25)");
  await connected.query(directions);
  // Nobody is signed up: triggers and foreign keys are off.
  const { rows } = await connected.query<{ id: string }>(people, [shares.length + 100]);
  users.push(...rows.map((row) => row.id));
  await connected.query(messages, [users, total, shares]);
  await connected.query(vectors);
  log(`${total} vectors`);
  await connected.query(index);
  log("their index");
  await connected.query("set session_replication_role = origin");
  await connected.query("vacuum (analyze) public.conversation_messages, public.message_embeddings");
}, { timeout });
after(async () => {
  for (const end of close.reverse()) await end();
});

/** A number of its own for each n. */
function random(n: string, seed: number): string {
  return `(hashint8(${n} + ${seed}) & 65535)`;
}

// Texts lie in clusters, by what they are about. A vector is the direction of one of 1,000 subjects, and
// two of 4,000 that are its own: made of few random numbers, all are made in seconds.
const directions = `
  create temporary table directions as
  select n, array_agg(number)::extensions.halfvec(384) as direction
  from (
    select n, (random() + random() + random() - 1.5) * case when n <= 1000 then 1 else 0.6 end as number
    from generate_series(1, 5100) as n, generate_series(1, 384)
  ) as numbers
  group by n`;

const people = `
  insert into public.conversation_sessions (user_id)
  select gen_random_uuid() from generate_series(1, $1::int)
  returning user_id as id`;

// A message's text is the number of its subject: the larger a user's share, the more subjects.
const messages = `
  with placed as (
    select n, case
      when n <= total * share[1] then 1
      when n <= total * (share[1] + share[2]) then 2
      when n <= total * (share[1] + share[2] + share[3]) then 3
      else 4 + n % (cardinality($1::uuid[]) - 3)
    end as place
    from (
      select n, $2::int as total, $3::float8[] as share from generate_series(1, $2::int) as n
    ) as r
  )
  insert into public.conversation_messages (session_id, user_id, role, content, sequence_order)
  select s.id, s.user_id, 'user', 1 + (
    p.place * 37 + ${random("p.n", 0)} % case p.place when 1 then 1000 when 2 then 50 else 10 end
  ) % 1000, p.n
  from placed as p
  join public.conversation_sessions as s on s.user_id = ($1::uuid[])[p.place]`;

const vectors = `
  insert into public.message_embeddings (message_id, session_id, user_id, model, content_hash, embedding)
  select m.id, m.session_id, m.user_id, 'test', sha256('x'),
    a.direction operator(extensions.+) b.direction operator(extensions.+) c.direction
  from public.conversation_messages as m
  join directions as a on a.n = m.content::int
  join directions as b on b.n = 1001 + ${random("m.sequence_order", 10_000_000)} % 2000
  join directions as c on c.n = 3001 + ${random("m.sequence_order", 20_000_000)} % 2000`;

const index = `
  create index message_embeddings_embedding_idx
  on public.message_embeddings using hnsw (embedding extensions.halfvec_cosine_ops)`;

/** A question about something that the user has spoken of, with something of its own that no vector has. */
const query = `
  select (
    a.direction operator(extensions.+) b.direction operator(extensions.+) c.direction
  )::real[] as embedding
  from directions as a, directions as b, directions as c
  where a.n = (
    select m.content::int from public.conversation_messages as m
    where m.user_id = $1 order by m.sequence_order offset $2::int * 7 limit 1
  ) and b.n = 5001 + $2 and c.n = 5051 + $2`;

const exact = `
  select e.message_id as id
  from public.message_embeddings as e
  where e.user_id = $1 and e.model = 'test'
  order by e.embedding operator(extensions.<=>) $2::real[]::extensions.halfvec
  limit $3`;

const found = `
  select message_id as id from public.match_messages(p_embedding => $1, p_limit => $2, p_model => 'test')`;

async function vectorOf(user: string, n: number): Promise<number[]> {
  const { rows } = await connection().query<{ embedding: number[] }>(query, [user, n]);
  return rows[0]?.embedding ?? assert.fail("no query");
}

function connection(): pg.Client {
  return client ?? assert.fail("not connected");
}

async function ids(before: string, sql: string, values: unknown[]): Promise<string[]> {
  await connection().query(`begin; ${before}`);
  try {
    const { rows } = await connection().query<{ id: string }>(sql, values);
    return rows.map((row) => row.id);
  } finally {
    await connection().query("rollback");
  }
}

function asUser(user: string, vector: number[], limit: number): Promise<string[]> {
  const claims = JSON.stringify({ sub: user, role: "authenticated" });
  const before = `set local role authenticated; set local request.jwt.claims = '${claims}'`;
  return ids(before, found, [vector, limit]);
}

function exactly(user: string, vector: number[], limit: number): Promise<string[]> {
  return ids("set local enable_indexscan = off", exact, [user, vector, limit]);
}

function skipped(t: TestContext): boolean {
  if (client) return false;
  t.skip("this server has no pgvector");
  return true;
}

for (const [at, share] of shares.entries()) {
  const name = `${share * 100} % of all vectors`;

  test(`${name}: ten are found, and of the right ten 95 % or more`, { timeout }, async (t) => {
    if (skipped(t)) return;
    const user = users[at] ?? "";
    let hits = 0;
    const times: number[] = [];
    for (let n = 0; n < queries; n++) {
      const vector = await vectorOf(user, n);
      const right = await exactly(user, vector, k);
      const began = performance.now();
      const matches = await asUser(user, vector, k);
      times.push(performance.now() - began);
      assert.equal(new Set(matches).size, k);
      hits += matches.filter((id) => right.includes(id)).length;
    }
    const recall = hits / (queries * k);
    const median = times.sort((one, other) => one - other)[queries / 2];
    console.log(`# ${name}: recall@${k} ${recall.toFixed(3)}, median ${median?.toFixed(1)} ms`);
    assert.ok(recall >= 0.95, String(recall));
  });

  test(`${name}: taken from the index of everybody's`, { timeout }, async (t) => {
    if (skipped(t)) return;
    const user = users[at] ?? "";
    const plans: string[] = [];
    const listen = ({ message = "" }) => plans.push(message);
    connection().on("notice", listen);
    try {
      await connection().query("load 'auto_explain'");
      await connection().query(
        `select set_config('auto_explain.log_min_duration', '0', false),
           set_config('auto_explain.log_nested_statements', 'on', false),
           set_config('client_min_messages', 'log', false)`,
      );
      await asUser(user, await vectorOf(user, at), k);
    } finally {
      await connection().query("set auto_explain.log_min_duration = -1");
      connection().off("notice", listen);
    }
    const plan = plans.find((text) => text.includes("<=>") && text.includes("Limit"));
    assert.match(plan ?? "no plan", /Index Scan using message_embeddings_embedding_idx/);
  });
}

test("as many as there are where the scan of the index gives up", { timeout }, async (t) => {
  if (skipped(t)) return;
  const [user = ""] = users.slice(2);
  const vector = await vectorOf(user, 1);
  // Of 0.1 % of the rows 150 are more than a scan of 20,000 meets.
  const matches = await asUser(user, vector, 150);
  assert.deepEqual(new Set(matches), new Set(await exactly(user, vector, 150)));
});
