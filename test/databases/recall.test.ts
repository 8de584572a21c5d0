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
  await connected.query("alter table directions add primary key (n)");
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

/** A question about something that a user has spoken of, with something of its own that no vector has. */
const query = `
  select (
    a.direction operator(extensions.+) b.direction operator(extensions.+) c.direction
  )::real[] as embedding
  from directions as a, directions as b, directions as c
  where a.n = (
    select (array_agg(m.content::int order by m.sequence_order))[1 + $2::int * 7 % count(*)]
    from public.conversation_messages as m
    where m.user_id = $1
  ) and b.n = 5001 + $2 and c.n = 5051 + $2`;

const exact = `
  select e.message_id as id
  from public.message_embeddings as e
  where e.user_id = $1 and e.model = 'test'
  order by e.embedding operator(extensions.<=>) $2::real[]::extensions.halfvec
  limit $3`;

const found = `
  select message_id as id
  from public.match_messages(p_embedding => $1, p_limit => $2, p_from => $3, p_model => 'test')`;

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

function asUser(
  user: string,
  vector: number[],
  limit: number,
  from: Date | null = null,
): Promise<string[]> {
  const claims = JSON.stringify({ sub: user, role: "authenticated" });
  const before = `set local role authenticated; set local request.jwt.claims = '${claims}'`;
  return ids(before, found, [vector, limit, from]);
}

function exactly(user: string, vector: number[], limit: number): Promise<string[]> {
  return ids("set local enable_indexscan = off", exact, [user, vector, limit]);
}

function skipped(t: TestContext): boolean {
  if (client) return false;
  t.skip("this server has no pgvector");
  return true;
}

/** Of the right ten the share that is found, in so many questions about what `asker` has spoken of. */
async function recallOf(name: string, user: string, asker: string): Promise<number> {
  let hits = 0;
  const times: number[] = [];
  for (let n = 0; n < queries; n++) {
    const vector = await vectorOf(asker, n);
    const right = await exactly(user, vector, k);
    const began = performance.now();
    const matches = await asUser(user, vector, k);
    times.push(performance.now() - began);
    assert.equal(new Set(matches).size, k, "always ten");
    hits += matches.filter((id) => right.includes(id)).length;
  }
  times.sort((one, other) => one - other);
  const recall = hits / (queries * k);
  console.log(
    `# ${name}: recall@${k} ${recall.toFixed(3)}, median ${times[queries / 2]?.toFixed(1)} ms, ` +
      `longest ${times.at(-1)?.toFixed(1)} ms`,
  );
  return recall;
}

/** The plans of the statement and of those in its functions that sort by distance, as auto_explain logs them. */
async function plansOf(user: string): Promise<string[] | undefined> {
  try {
    await connection().query("load 'auto_explain'");
  } catch {
    return undefined;
  }
  const plans: string[] = [];
  const listen = ({ message = "" }) => plans.push(message);
  connection().on("notice", listen);
  try {
    await connection().query(
      `set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on;
       set client_min_messages = log`,
    );
    await asUser(user, await vectorOf(user, 0), k);
  } finally {
    await connection().query("set auto_explain.log_min_duration = -1");
    connection().off("notice", listen);
  }
  return plans.filter((plan) => /^ *Order By: |Sort Key: .*distance/m.test(plan));
}

const byIndex = /Index Scan using message_embeddings_embedding_idx/;

for (const [at, share] of shares.entries()) {
  const name = `${share * 100} % of ${total}`;

  test(`${name}: ten are found, and of the right ten 95 % or more`, { timeout }, async (t) => {
    if (skipped(t)) return;
    const user = users[at] ?? "";
    assert.ok(await recallOf(`${name}, about the user's own`, user, user) >= 0.95);
    // Nothing of the user is near.
    const other = users.at(-1) ?? "";
    assert.ok(await recallOf(`${name}, about others'`, user, other) >= 0.95);
  });

  test(`${name}, by the index alone: the same, about the user's own`, { timeout }, async (t) => {
    if (skipped(t)) return;
    const user = users[at] ?? "";
    await connection().query("update private.embedding_settings set exact_up_to = 0");
    try {
      const recall = await recallOf(`${name}, by the index alone`, user, user);
      // Ten subjects: the ten nearest of fewer vectors are of other subjects, which nobody leaves to the index.
      if (total * share >= 200) assert.ok(recall >= 0.95, String(recall));
      else t.diagnostic(`recall is not judged: ${total * share} vectors, and it takes 200`);
      const plans = await plansOf(user);
      if (plans === undefined) t.diagnostic("plans were not looked at: no auto_explain here");
      else assert.match(plans.join("\n"), byIndex);
    } finally {
      await connection().query("update private.embedding_settings set exact_up_to = default");
    }
  });
}

test(
  "a user with few vectors is searched without the index, one with many by it",
  { timeout },
  async (t) => {
    if (skipped(t)) return;
    const [many = "", few = ""] = users;
    const [large, small] = [await plansOf(many), await plansOf(few)];
    if (!large || !small) {
      t.skip("no auto_explain here");
      return;
    }
    assert.match(large.join("\n"), byIndex);
    assert.doesNotMatch(small.join("\n"), byIndex);
  },
);

test("as many as there are where the scan of the index gives up", { timeout }, async (t) => {
  if (skipped(t)) return;
  const [many = ""] = users;
  const { rows } = await connection().query<{ created_at: Date }>(
    `select created_at from public.conversation_messages
     where user_id = $1 order by created_at desc offset 14 limit 1`,
    [many],
  );
  // 15 of the 100,000 are not met in 20,000.
  const last = await asUser(many, await vectorOf(many, 1), 200, rows[0]?.created_at);
  assert.ok(last.length >= 15 && last.length < 200, String(last.length));
});
