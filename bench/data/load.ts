import { readFile } from "node:fs/promises";
import pg from "pg";
import type { SetName } from "../case.ts";
import { broadcasts, extras } from "../cases/messages.ts";
import { Progress } from "../progress.ts";
import { chatSessions, makeBranches } from "./chat.ts";
import { hasWords, type Size } from "./sizes.ts";
import { usageSessions } from "./usage.ts";

const generator = new URL("generator.sql", import.meta.url);
const connections = 4;
const rowsAStep = 10_000;
const unmerged = 300;

export interface Load {
  url: string;
  side: "product" | "baseline";
  set: SetName;
  size: Size;
  /** The time that the data ends at, the same in both databases. */
  now: string;
}

export interface Loaded {
  messages: number;
  sessions: number;
  seconds: number;
}

/** Fills a new database, with the triggers of the product on, so that it makes its own sums. */
export async function load({ url, side, set, size, now }: Load): Promise<Loaded> {
  const admin = await connect(url);
  try {
    await admin.query(await readFile(generator, "utf8"));
    await admin.query(set === "chat" ? chatSessions(size) : usageSessions(size), [now]);
    await admin.query("analyze bench.sessions");
    await admin.query(people);
    await admin.query(side === "product" ? productBrands : baselineBrands);
    await admin.query(side === "product" ? productSessions : baselineSessions);
    const steps = await planSteps(admin);
    const total = steps.reduce((sum, step) => sum + step.messages, 0);
    const progress = new Progress(`Loading ${set} ${size.name} into the ${side}`, total);
    // Nobody listens yet, and the events would be as many rows as the messages.
    const without = hasWords(size) ? broadcasts : extras;
    if (side === "product") await admin.query(without("off"));
    await Promise.all(
      Array.from({ length: connections }, () => work(url, side, steps, progress)),
    );
    if (side === "product") await admin.query(without("on"));
    if (side === "product") await refuseWrongCounts(admin);
    if (side === "product" && set === "chat") await admin.query(makeBranches);
    // As the schedules would.
    if (side === "product") {
      await admin.query("select public.merge_usage()");
      while (await indexMessages(admin) > 0);
    }
    const seconds = progress.end();
    await admin.query("vacuum (analyze)");
    await addLatest(admin, side);
    // Once more: they are few for each user, but many for those of the first sessions, who search.
    if (side === "product") await indexMessages(admin);
    await admin.query("checkpoint");
    const { rows } = await admin.query<{ sessions: number; messages: number }>(
      `select (select count(*)::int from public.conversation_sessions) as sessions,
         (select count(*)::int from public.conversation_messages) as messages`,
    );
    const { sessions = 0, messages = 0 } = rows[0] ?? {};
    return { sessions, messages, seconds };
  } finally {
    await admin.end();
  }
}

/** What the product keeps has to be right, or its reads would be quick at nothing. */
async function refuseWrongCounts(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query<{ wrong: number; spent: string; kept: string }>(
    `select
       (
         select count(*)::int
         from bench.sessions as b
         join public.conversation_sessions as s on s.id = b.id
         where (s.message_count, s.last_sequence) is distinct from (b.messages, b.messages)
       ) as wrong,
       (select sum(cost_usd) from public.conversation_messages) as spent,
       (select sum(cost_usd) from public.usage_totals) as kept`,
  );
  const [found] = rows;
  if (found?.wrong !== 0 || found.spent !== found.kept) {
    throw new Error(`the loaded data is not counted right: ${JSON.stringify(found)}`);
  }
}

/**
 * A few messages one by one, as users write them. The product's ledger merges once in about 500 writes: readers find it
 * with so many that are not merged yet.
 */
async function addLatest(admin: pg.Client, side: "product" | "baseline"): Promise<void> {
  const { rows: sessions } = await admin.query<Record<"id" | "brand_id" | "user_id", string>>(
    `select id, brand_id, user_id from bench.sessions where not is_delivered
     order by number limit ${unmerged}`,
  );
  let missing = unmerged;
  while (missing > 0) {
    for (const { id, brand_id, user_id } of sessions.slice(0, missing)) {
      await admin.query({
        name: "latest",
        text: latestMessage,
        values: [id, brand_id, user_id],
      });
    }
    missing = side === "product" ? unmerged - await countUnmerged(admin) : 0;
  }
}

async function countUnmerged(admin: pg.Client): Promise<number> {
  const { rows } = await admin.query<{ rows: number }>(
    "select count(*)::int as rows from private.usage_tail",
  );
  return rows[0]?.rows ?? 0;
}

async function indexMessages(admin: pg.Client): Promise<number> {
  const { rows } = await admin.query<{ rows: number }>("select public.index_messages() as rows");
  return rows[0]?.rows ?? 0;
}

/** What loads the sessions from $1 to $2, for cases that need new ones. */
export function messagesInto(side: "product" | "baseline"): string {
  return side === "product" ? productMessages : baselineMessages;
}

export function sessionsInto(side: "product" | "baseline"): string {
  return side === "product" ? productSessions : baselineSessions;
}

interface Step {
  first: number;
  last: number;
  messages: number;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  // A server that ends also rejects the query under way, which reports it.
  client.on("error", () => undefined);
  await client.connect();
  await client.query("set synchronous_commit = off; set max_parallel_workers_per_gather = 0");
  return client;
}

async function planSteps(admin: pg.Client): Promise<Step[]> {
  // The longest first, so that none is left alone at the end.
  const { rows } = await admin.query<Step>(
    `select min(number) as first, max(number) as last, sum(messages)::int as messages
     from (
       select number, messages, (sum(messages) over (order by number) - 1) / ${rowsAStep} as step
       from bench.sessions
     ) as s
     group by step
     order by max(messages) > ${rowsAStep} desc, step`,
  );
  return rows;
}

async function work(
  url: string,
  side: "product" | "baseline",
  steps: Step[],
  progress: Progress,
): Promise<void> {
  const client = await connect(url);
  try {
    // The baseline keeps nothing but the time of the last message, which its sessions have already.
    if (side === "baseline") await client.query("set session_replication_role = replica");
    for (let step = steps.shift(); step; step = steps.shift()) {
      await client.query(messagesInto(side), [step.first, step.last]);
      progress.add(step.messages);
    }
  } finally {
    await client.end();
  }
}

export const people = `
  insert into auth.users (id, aud, role, email)
  select distinct s.user_id, 'authenticated', 'authenticated', s.user_id || '@example.com'
  from bench.sessions as s
  where not exists (select from auth.users as u where u.id = s.user_id)`;

const productBrands = `
  insert into public.brands (id, slug, name, created_by)
  select brand_id, 'brand-' || row_number() over (order by brand_id), 'Brand', min(user_id::text)::uuid
  from bench.sessions
  group by brand_id`;

const baselineBrands = `
  insert into public.brands (id, name) select distinct brand_id, 'Brand' from bench.sessions`;

const missingSessions = `
  from bench.sessions as s
  where not exists (select from public.conversation_sessions as c where c.id = s.id)
  order by s.number`;

const productSessions = `
  insert into public.conversation_sessions
    (id, brand_id, user_id, state, title, created_at, last_activity_at, completed_at)
  select s.id, s.brand_id, s.user_id,
    case when s.is_delivered then 'delivered' else 'initial' end::public.session_state,
    bench.words('title' || s.number, 40), s.started_at, s.started_at,
    case when s.is_delivered then s.started_at + s.gap * s.messages end
  ${missingSessions}`;

const baselineSessions = `
  insert into public.conversation_sessions
    (id, brand_id, user_id, state, created_at, last_activity_at, completed_at)
  select s.id, s.brand_id, s.user_id, case when s.is_delivered then 'delivered' else 'initial' end,
    s.started_at, s.started_at + s.gap * s.messages,
    case when s.is_delivered then s.started_at + s.gap * s.messages end
  ${missingSessions}`;

// Writers count in the session before they insert; whoever gives places himself counts too.
const productMessages = `
  with added as (
    insert into public.conversation_messages (
      id, session_id, brand_id, user_id, role, content, tokens_used, model_used, provider,
      cost_usd, latency_ms, created_at, sequence_order, parent_message_id, input_tokens,
      output_tokens, cached_input_tokens, cost_source, request_hash
    )
    select
      m.id, m.session_id, m.brand_id, m.user_id, m.role::public.message_role, m.content,
      m.input_tokens + m.output_tokens, m.model, m.provider, m.cost_usd, m.latency_ms,
      m.created_at, m.place, m.parent_id, m.input_tokens, m.output_tokens, m.cached_input_tokens,
      case when m.cost_usd is null then 'none' else 'reported' end::public.cost_source,
      sha256(convert_to(m.content, 'UTF8'))
    from bench.messages($1, $2) as m
    returning session_id, sequence_order, tokens_used, cost_usd, created_at
  )
  update public.conversation_sessions as s
  set
    last_sequence = a.last_sequence,
    message_count = a.messages,
    total_tokens = a.tokens,
    total_cost_usd = a.cost_usd,
    last_activity_at = a.last_created_at,
    active_message_id = bench.key('message', b.number * 1000000::bigint + a.last_sequence)
  from (
    select
      session_id, max(sequence_order) as last_sequence, count(*) as messages,
      coalesce(sum(tokens_used), 0) as tokens, coalesce(sum(cost_usd), 0) as cost_usd,
      max(created_at) as last_created_at
    from added
    group by session_id
  ) as a
  join bench.sessions as b on b.id = a.session_id
  where s.id = a.session_id`;

const latestMessage = `
  insert into public.conversation_messages (
    session_id, brand_id, user_id, role, content, tokens_used, model_used, provider, cost_usd,
    latency_ms
  )
  values ($1, $2, $3, 'assistant', bench.words($1::uuid::text, 800), 150, 'large', 'openai', 0.0008, 850)`;

const baselineMessages = `
  insert into public.conversation_messages (
    id, session_id, brand_id, user_id, role, content, tokens_used, model_used, provider, cost_usd,
    latency_ms, created_at
  )
  select
    m.id, m.session_id, m.brand_id, m.user_id, m.role, m.content, m.input_tokens + m.output_tokens,
    m.model, m.provider, m.cost_usd, m.latency_ms, m.created_at
  from bench.messages($1, $2) as m`;
