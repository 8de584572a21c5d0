import { attack } from "./attack.ts";
import { type Target, World } from "./world.ts";

/** Something broken on purpose, the attempts that it concerns, and the one that has to find it. */
interface Hole {
  name: string;
  sql: string;
  only: RegExp;
  finds: RegExp;
}

export const holes: Hole[] = [
  {
    name: "a policy that is true",
    sql:
      "alter policy conversation_messages_select_own on public.conversation_messages using (true)",
    only: /^(read|filter|count=exact|one object).* × .*\bconversation_messages\b/,
    finds: /^read as a stranger × conversation_messages$/,
  },
  {
    name: "row level security switched off",
    sql: "alter table public.session_outcomes disable row level security",
    only: /^(read|update|delete|count=exact).* × .*\bsession_outcomes\b/,
    finds: /^read as a member of the brand × session_outcomes$/,
  },
  {
    name: "a write policy that is true",
    sql: `alter policy brand_members_update_owner on public.brand_members
      using (true) with check (true)`,
    only: /^(make oneself owner|push the owner down) × /,
    finds: /^make oneself owner × role as brand_member$/,
  },
  {
    name: "a write policy that is true, behind one for reads that is not",
    sql: `alter policy tool_executions_update_own on public.tool_executions
      using (true) with check (true)`,
    only: /^update .* × tool_executions\b/,
    finds: /^update everything without looking × tool_executions\.\w+$/,
  },
  {
    name: "secrets that are not compared",
    sql:
      `create or replace function private.is_same_hash(p_one bytea, p_other bytea) returns boolean
      language sql volatile set search_path = '' as 'select true'`,
    only: /^a visitor's chat with a wrong secret × chat-session\/history$/,
    finds: /^a visitor's chat with a wrong secret × chat-session\/history$/,
  },
  {
    name: "brands that their last owner may leave",
    sql: "drop trigger brand_members_20_keep_owner_on_delete on public.brand_members",
    only: / as the last owner × /,
    finds: /^leave as the last owner × membership as brand_owner$/,
  },
  {
    name: "a grant to anon",
    sql: `grant select on public.conversation_sessions to anon;
      create policy open on public.conversation_sessions for select to anon using (true)`,
    only: /^(read with the anon key alone|token that has expired) × /,
    finds: /^read with the anon key alone × conversation_sessions$/,
  },
  {
    name: "a grant on a column",
    sql: "grant update (cost_source) on public.conversation_messages to authenticated",
    only: /^update a column that is not granted × conversation_messages\./,
    finds: /^update a column that is not granted × conversation_messages\.cost_source$/,
  },
  {
    name: "a server's function granted to users",
    sql: "grant execute on function public.merge_usage() to authenticated",
    only: /^call what is the server's .* × (merge_usage|record_usage)$/,
    finds: /^call what is the server's as newcomer × merge_usage$/,
  },
  {
    name: "a definer function without its check",
    sql: `create function public.title_of(p_session_id uuid) returns text
      language sql stable security definer set search_path = ''
      as $$ select s.title from public.conversation_sessions as s where s.id = p_session_id $$`,
    only: / × title_of\b/,
    finds: /^call about others as a stranger × title_of\(p_session_id\)$/,
  },
  {
    name: "a view with its owner's rights",
    sql: "alter view public.active_sessions_summary set (security_invoker = false)",
    only: /^(read|sums of others).* × active_sessions_summary$/,
    finds: /^sums of others as somebody who has nothing × active_sessions_summary$/,
  },
  {
    name: "a topic for everybody",
    sql: "create policy open on realtime.messages for select to authenticated using (true)",
    only: /^(join|send to) a topic × /,
    finds: /^join a topic × a session of others as stranger$/,
  },
  {
    name: "a folder for everybody",
    sql: `create policy open on storage.objects for all to authenticated
      using (bucket_id = 'attachments') with check (bucket_id = 'attachments')`,
    only: /^(put|read|move) a file/,
    finds: /^read a file of others × storage\.objects as stranger$/,
  },
  {
    name: "an answer that takes longer for what exists",
    sql: `alter policy conversation_sessions_select_own on public.conversation_sessions using (
      case when user_id = (select auth.uid()) then deleted_at is null
        else pg_catalog.pg_sleep(0.004) is null end)`,
    only: /^time of what exists × conversation_sessions$/,
    finds: /^time of what exists × conversation_sessions$/,
  },
];

/** Opens each in a copy of its own, and says which of them nobody found. */
export async function openHoles(
  target: Target,
  chosen: readonly Hole[],
  log: (line: string) => void,
): Promise<string[]> {
  const missed: string[] = [];
  for (const hole of chosen) {
    await using world = await World.open(target, hole.sql);
    const { failures, attempts } = await attack(world, { seed: "", only: hole.only });
    const found = failures.some(({ name }) => hole.finds.test(name));
    log(
      `${found ? "✓" : "✗"} ${hole.name}: ${failures.length} of ${attempts} attempts got through` +
        (found ? "" : `, none of them ${hole.finds.source}`),
    );
    if (!found) missed.push(hole.name);
  }
  return missed;
}
