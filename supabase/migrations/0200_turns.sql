-- 0200_turns: question and answer in one row: written by chats, read by people.
-- Makes: private.are_numbers, public.message_retrievals, log_chat_turns, views conversation_turns and
--   common_questions, get_common_questions; private.log_chat_turn, private.normalized_question.
-- Needs: 0010, 0030, 0050, 0070, 0090 (private.usage_window_start), 0180.
-- Locks: conversation_sessions, conversation_messages (foreign key, trigger). Breaking: no.

create function private.are_numbers(p_numbers real[])
returns boolean
language plpgsql
immutable
strict
parallel safe
set search_path = ''
as $$
begin
  return coalesce(array_ndims(p_numbers), 1) = 1
    and array_position(p_numbers, null) is null
    and not (p_numbers && '{NaN,Infinity,-Infinity}'::real[]);
end
$$;
revoke all on function private.are_numbers(real[]) from public, anon, authenticated, service_role;
comment on function private.are_numbers(real[]) is
  'Whether it is a plain list of numbers, none of them null, infinite or not a number.';

create table public.message_retrievals (
  message_id          uuid         not null constraint message_retrievals_pkey primary key,
  session_id          uuid         not null,
  user_id             uuid,
  similar_qa_matches  jsonb,
  similarity_scores   real[]
    constraint message_retrievals_similarity_scores_shape
      check (cardinality(similarity_scores) <= 1000 and private.are_numbers(similarity_scores)),
  query_embedding     real[]
    constraint message_retrievals_query_embedding_shape
      check (cardinality(query_embedding) = 384 and private.are_numbers(query_embedding)),
  created_at          timestamptz  not null default now(),
  request_hash        bytea        not null default '',
  constraint message_retrievals_message_id_fkey foreign key (session_id, message_id)
    references public.conversation_messages (session_id, id) on delete cascade
);
comment on table public.message_retrievals is
  E'What a question was answered with: the stored questions and answers that were found for it.\n\n'
  'Who: the session''s user. Writes: log_chat_turns. It goes with the message.';
comment on column public.message_retrievals.message_id is 'The question.';
comment on column public.message_retrievals.session_id is 'The message''s session.';
comment on column public.message_retrievals.user_id is
  'The session''s user, kept equal to it by trigger; null: a visitor.';
comment on column public.message_retrievals.similar_qa_matches is
  'What was found, best first, as the app stores it. JSON, at most 256 KiB.';
comment on column public.message_retrievals.similarity_scores is
  'How similar each of them is, in the same order; at most 1000.';
comment on column public.message_retrievals.query_embedding is
  'The question as the vector that was searched with: 384 numbers.';
comment on column public.message_retrievals.created_at is 'When it was written.';
comment on column public.message_retrievals.request_hash is
  'SHA-256 of what was found as first sent; empty: imported, or its text is wiped.';

-- What was found in a session; foreign key side of a message's deletion.
create index message_retrievals_session_id_message_id_idx
  on public.message_retrievals (session_id, message_id);
-- What was found for a user.
create index message_retrievals_user_id_created_at_idx
  on public.message_retrievals (user_id, created_at);

alter table public.message_retrievals enable row level security;
revoke all on table public.message_retrievals from public, anon, authenticated, service_role;
create policy message_retrievals_select_own on public.message_retrievals for select to authenticated
  using (
    user_id = (select auth.uid())
    and coalesce(session_id <> all ((select private.my_deleted_session_ids())::uuid[]), true)
  );
comment on policy message_retrievals_select_own on public.message_retrievals is
  'Users read what was found for their own questions, but not for those in the trash.';
grant select on table public.message_retrievals to authenticated, service_role;

create trigger message_retrievals_10_limits before insert or update of similar_qa_matches
  on public.message_retrievals for each row
  when (octet_length(new.similar_qa_matches::text) > 262144)
  execute function private.tg__refuse_too_large();

create function private.tg_conversation_sessions__carry_retrievals()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.message_retrievals as r set user_id = new.user_id where r.session_id = new.id;
  return null;
end
$$;
revoke all on function private.tg_conversation_sessions__carry_retrievals()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_sessions__carry_retrievals() is
  'Carries a change of a session''s user to what was found in it.';

create trigger conversation_sessions_70_carry_retrievals after update of user_id
  on public.conversation_sessions for each row when (old.user_id is distinct from new.user_id)
  execute function private.tg_conversation_sessions__carry_retrievals();

create type private.chat_turn as (
  turn_id                uuid,
  session_id             uuid,
  session_token          text,
  user_message           text,
  ai_response            text,
  mood                   text,
  provider               text,
  model                  text,
  cost_usd               numeric,
  latency_ms             integer,
  tokens_used            integer,
  input_tokens           integer,
  output_tokens          integer,
  cached_input_tokens    integer,
  cache_write_tokens     integer,
  cache_write_1h_tokens  integer,
  reasoning_tokens       integer,
  service_tier           text,
  finish_reason          text,
  error_message          text,
  tool_calls             jsonb,
  metadata               jsonb,
  similar_qa_matches     jsonb,
  similarity_scores      real[],
  query_embedding        real[]
);
comment on type private.chat_turn is 'An element of p_turns in log_chat_turns.';

create type public.logged_turn as (
  turn_id     uuid,
  session_id  uuid,
  inserted    boolean,
  status      integer,
  code        text,
  message     text,
  hint        text
);
comment on type public.logged_turn is
  'What became of a turn. status: 200, or the HTTP status of its error, which code, message and hint '
  'tell; inserted: false for a turn that was stored before; null with an error.';

create function private.retrieval_request_hash(p_matches jsonb, p_scores real[], p_embedding real[])
returns bytea
language plpgsql
immutable
set search_path = ''
as $$
begin
  return sha256(convert_to(row(p_matches, p_scores, p_embedding)::text, 'UTF8'));
end
$$;
revoke all on function private.retrieval_request_hash(jsonb, real[], real[])
  from public, anon, authenticated, service_role;
comment on function private.retrieval_request_hash(jsonb, real[], real[]) is
  'What tells a repeat from another body: of what was found as it was sent, the session''s mode may keep less.';

create function private.log_chat_turn(p_turn jsonb, p_session_secret text)
returns public.logged_turn
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_turn private.chat_turn;
  v_logged public.logged_turn;
  -- Null where nothing was found.
  v_hash bytea;
begin
  if jsonb_typeof(p_turn) <> 'object' or exists (
    select 1
    from jsonb_object_keys(p_turn) as k (name)
    where k.name not in (
      'turn_id', 'session_id', 'session_token', 'user_message', 'ai_response', 'mood', 'provider',
      'model', 'cost_usd', 'latency_ms', 'tokens_used', 'input_tokens', 'output_tokens',
      'cached_input_tokens', 'cache_write_tokens', 'cache_write_1h_tokens', 'reasoning_tokens',
      'service_tier', 'finish_reason', 'error_message', 'tool_calls', 'metadata',
      'similar_qa_matches', 'similarity_scores', 'query_embedding'
    )
  ) then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'A turn is an object, and its keys are those of the comment of log_chat_turns.'
    );
  end if;
  -- Before anything that takes time by the length of the turn: who may not write costs nothing.
  v_logged.session_id := private.find_chat_session(
    (p_turn ->> 'session_id')::uuid, p_turn ->> 'session_token', p_session_secret
  );
  -- By their size in memory, which is six times the text at most: no number is looked at yet.
  if pg_column_size(p_turn -> 'tool_calls') > 2097152
    or pg_column_size(p_turn -> 'metadata') > 2097152
    or pg_column_size(p_turn -> 'similar_qa_matches') > 2097152
    or pg_column_size(p_turn -> 'similarity_scores') > 65536
    or pg_column_size(p_turn -> 'query_embedding') > 65536
    or private.has_wide_number(p_turn)
  then
    perform private.raise_error('TOO_LARGE');
  end if;
  v_turn := jsonb_populate_record(null::private.chat_turn, p_turn);
  v_logged.turn_id := v_turn.turn_id;
  v_logged.status := 200;
  select bool_or(m.inserted) into v_logged.inserted
  from public.log_turn(
    p_session_id => v_logged.session_id,
    p_turn_id => v_turn.turn_id,
    p_user_message => v_turn.user_message,
    p_assistant_message => v_turn.ai_response,
    p_provider => v_turn.provider,
    p_model_used => v_turn.model,
    p_tokens_used => v_turn.tokens_used,
    p_input_tokens => v_turn.input_tokens,
    p_output_tokens => v_turn.output_tokens,
    p_cached_input_tokens => v_turn.cached_input_tokens,
    p_cache_write_tokens => v_turn.cache_write_tokens,
    p_cache_write_1h_tokens => v_turn.cache_write_1h_tokens,
    p_reasoning_tokens => v_turn.reasoning_tokens,
    p_service_tier => v_turn.service_tier,
    p_cost_usd => v_turn.cost_usd,
    p_latency_ms => v_turn.latency_ms,
    p_finish_reason => v_turn.finish_reason,
    p_error_message => v_turn.error_message,
    p_tool_calls => v_turn.tool_calls,
    p_mood => v_turn.mood,
    p_metadata => v_turn.metadata,
    p_for_visitor => p_session_secret is not null
  ) as m;

  if num_nonnulls(v_turn.similar_qa_matches, v_turn.similarity_scores, v_turn.query_embedding) > 0 then
    v_hash := private.retrieval_request_hash(
      v_turn.similar_qa_matches, v_turn.similarity_scores, v_turn.query_embedding
    );
  end if;
  if not v_logged.inserted then
    if v_hash is distinct from (
      select r.request_hash from public.message_retrievals as r where r.message_id = v_turn.turn_id
    ) then
      perform private.raise_error('IDEMPOTENCY_MISMATCH');
    end if;
  elsif v_hash is not null then
    insert into public.message_retrievals (
      message_id, session_id, user_id, similar_qa_matches, similarity_scores, query_embedding,
      request_hash
    )
    select
      m.id, m.session_id, m.user_id, v_turn.similar_qa_matches, v_turn.similarity_scores,
      v_turn.query_embedding, v_hash
    from public.conversation_messages as m
    where m.id = v_turn.turn_id;
  end if;
  return v_logged;
end
$$;
revoke all on function private.log_chat_turn(jsonb, text)
  from public, anon, authenticated, service_role;
comment on function private.log_chat_turn(jsonb, text) is 'One turn of log_chat_turns.';

-- Definer: find_chat_session and log_turn check the caller, and a visitor owns no row.
create function public.log_chat_turns(
  p_turns jsonb,
  p_session_secret text default null,
  p_rate_key text default null,
  p_rate_limit integer default null
)
returns setof public.logged_turn
language plpgsql
volatile
security definer
set search_path = ''
rows 1
as $$
declare
  v_places integer[];
  v_place integer;
  v_logged public.logged_turn[];
  v_one public.logged_turn;
  v_detail text;
  v_hint text;
begin
  if coalesce(jsonb_typeof(p_turns) <> 'array', true)
    or jsonb_array_length(p_turns) not between 1 and 100
  then
    perform private.raise_error('INVALID_ARGUMENT', 'p_turns is an array of 1 to 100 turns.');
  end if;
  perform private.count_call(p_rate_key, p_rate_limit, jsonb_array_length(p_turns));
  if jsonb_array_length(p_turns) = 1 then
    return next private.log_chat_turn(p_turns -> 0, p_session_secret);
    return;
  end if;

  -- Sessions in one order, so that two batches do not wait for each other; turns in theirs.
  select array_agg(
    t.place::integer - 1 order by coalesce(c.session_id::text, lower(t.turn ->> 'session_id')), t.place
  )
  into v_places
  from jsonb_array_elements(p_turns) with ordinality as t (turn, place)
  left join public.session_clients as c on c.session_token = t.turn ->> 'session_token';
  foreach v_place in array v_places loop
    begin
      v_one := private.log_chat_turn(p_turns -> v_place, p_session_secret);
    exception
      when others then
        get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
        v_one := null;
        if sqlstate like 'PT%' then
          v_one.status := right(sqlstate, 3)::integer;
          v_one.code := v_detail;
          v_one.message := sqlerrm;
          v_one.hint := v_hint;
        elsif sqlstate = '23505' then
          -- Another transaction wrote the same id into another session at this moment.
          select 409, e.code, e.message, e.hint
          into v_one.status, v_one.code, v_one.message, v_one.hint
          from private.error_codes() as e where e.code = 'IDEMPOTENCY_MISMATCH';
        elsif sqlstate like '22%' or sqlstate = '23514' then
          -- The text of these errors names values.
          v_one.status := 400;
          v_one.code := 'INVALID_ARGUMENT';
          v_one.message := 'Invalid argument';
          v_one.hint := 'A value has another type than its column, or is out of its range.';
        else
          raise;
        end if;
        v_one.turn_id := substring(
          p_turns -> v_place ->> 'turn_id' from '(?i)^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        )::uuid;
    end;
    v_logged[v_place + 1] := v_one;
  end loop;
  return query select l.* from unnest(v_logged) as l;
end
$$;
revoke all on function public.log_chat_turns(jsonb, text, text, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.log_chat_turns(jsonb, text, text, integer)
  to authenticated, service_role;
comment on function public.log_chat_turns(jsonb, text, text, integer) is
  E'Logs 1 to 100 turns, each a question with its answer, into the sessions that they name.\n\n'
  'p_turns: array of objects with turn_id (uuid, idempotency key and id of the question), session_id '
  'or session_token, user_message, and what log_turn takes: ai_response, mood, provider, model, '
  'cost_usd, latency_ms, tokens_used, input_tokens, output_tokens, cached_input_tokens, '
  'cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, service_tier, finish_reason, '
  'error_message, tool_calls, metadata; also similar_qa_matches, similarity_scores and '
  'query_embedding (384 numbers), which go to message_retrievals. p_session_secret: given by a server '
  'that calls for a visitor, whose claims these are then. p_rate_key, p_rate_limit: turns a key and '
  'minute. Returns: a row a turn, in the order sent. One turn alone fails with its error; of several '
  'each stands or falls by itself. Who: the sessions'' user, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT404 SESSION_NOT_FOUND; PT409 IDEMPOTENCY_MISMATCH, SESSION_CLOSED; '
  'PT413 TOO_LARGE; PT429 RATE_LIMITED.';

-- Not for analysts: this is content.
create view public.conversation_turns with (security_invoker = true) as
select
  q.id as turn_id,
  q.session_id,
  q.user_id,
  q.brand_id,
  q.sequence_order,
  q.content as user_message,
  a.id as answer_id,
  a.content as ai_response,
  q.mood,
  a.status,
  a.provider,
  a.model_used,
  a.tokens_used,
  a.cost_usd,
  a.latency_ms,
  a.error_message,
  coalesce(a.metadata, q.metadata) as metadata,
  q.created_at
from public.conversation_messages as q
left join lateral (
  -- Down from the question to where the next one begins: past tool calls and their results.
  with recursive reply as (
    select m.*
    from public.conversation_messages as m
    where m.session_id = q.session_id and m.parent_message_id = q.id and m.role <> 'user'
    union all
    select m.*
    from reply as r
    cross join lateral (
      select n.*
      from public.conversation_messages as n
      where n.session_id = r.session_id and n.parent_message_id = r.id and n.role <> 'user'
      offset 0
    ) as m
  )
  select r.*
  from reply as r
  where r.role = 'assistant'
  order by r.sequence_order desc
  limit 1
) as a on true
where q.role = 'user';
comment on view public.conversation_turns is
  E'One row a question, with its newest answer.\n\n'
  'Who: each user sees their own; service_role everybody''s. Turns of every branch. Numbers are those of that '
  'answer alone: what calls of tools before it and other versions took, get_session_cost and usage_daily count.';
comment on column public.conversation_turns.turn_id is 'The question''s message, and log_turn''s p_turn_id.';
comment on column public.conversation_turns.session_id is 'The session.';
comment on column public.conversation_turns.user_id is 'Its user; null: a visitor.';
comment on column public.conversation_turns.brand_id is 'Its brand; null: personal.';
comment on column public.conversation_turns.sequence_order is 'Place of the question in the session.';
comment on column public.conversation_turns.user_message is 'The question.';
comment on column public.conversation_turns.answer_id is 'The answer''s message; null: no answer yet.';
comment on column public.conversation_turns.ai_response is
  'The newest answer; of one that used tools, what was said last.';
comment on column public.conversation_turns.mood is 'Mood of the question.';
comment on column public.conversation_turns.status is 'Whether the answer is whole.';
comment on column public.conversation_turns.provider is 'Who ran the model.';
comment on column public.conversation_turns.model_used is 'Model, as the provider names it.';
comment on column public.conversation_turns.tokens_used is 'Tokens of the answer alone.';
comment on column public.conversation_turns.cost_usd is
  'Cost of the answer alone, US dollars; null: unknown.';
comment on column public.conversation_turns.latency_ms is
  'Request to last token of the answer alone, milliseconds.';
comment on column public.conversation_turns.error_message is 'What went wrong with the answer.';
comment on column public.conversation_turns.metadata is
  'Free data of the answer, or of the question while there is none.';
comment on column public.conversation_turns.created_at is 'When the question was written.';
revoke all on table public.conversation_turns from public, anon, authenticated, service_role;
grant select on table public.conversation_turns to authenticated, service_role;

create function private.normalized_question(p_text text)
returns text
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  -- Its start is enough to tell questions apart.
  return btrim(
    lower(regexp_replace(normalize(left(p_text, 500), nfkc), '[[:space:]]+', ' ', 'g')), ' ?!.,;:'
  );
end
$$;
revoke all on function private.normalized_question(text)
  from public, anon, authenticated, service_role;
grant execute on function private.normalized_question(text) to authenticated, service_role;
comment on function private.normalized_question(text) is
  'A question without case, spacing and marks at its ends: at most 500 characters of it.';

-- Not for analysts: this is content. get_common_questions is for those of a brand.
create view public.common_questions with (security_invoker = true) as
select
  q.question,
  count(*) as asked_count,
  count(distinct q.session_id) as session_count,
  (array_agg(q.example order by q.created_at desc))[1] as example,
  min(q.created_at) as first_asked_at,
  max(q.created_at) as last_asked_at
from (
  select
    private.normalized_question(m.content) as question, left(m.content, 500) as example,
    m.session_id, m.created_at
  from public.conversation_messages as m
  where m.role = 'user'
) as q
where q.question <> ''
group by q.question;
comment on view public.common_questions is
  E'How often the same was asked, whatever its case, spacing and last mark.\n\n'
  'Who: each user sees their own questions; service_role everybody''s. '
  'For the most common first: order by asked_count desc.';
comment on column public.common_questions.question is 'The question, normalised; 500 characters at most.';
comment on column public.common_questions.asked_count is 'How often it was asked.';
comment on column public.common_questions.session_count is 'In how many sessions.';
comment on column public.common_questions.example is 'How it was put last; 500 characters at most.';
comment on column public.common_questions.first_asked_at is 'When first.';
comment on column public.common_questions.last_asked_at is 'When last.';
revoke all on table public.common_questions from public, anon, authenticated, service_role;
grant select on table public.common_questions to authenticated, service_role;

create type public.common_question as (
  question     text,
  asked_count  bigint,
  user_count   bigint
);
comment on type public.common_question is
  'A question, normalised, how often it was asked, and by how many users: 5 or more.';

-- Definer: counts over users, whose own questions only they may read.
create function public.get_common_questions(
  p_brand_id uuid,
  p_from date,
  p_to date,
  p_limit integer default 50
)
returns setof public.common_question
language plpgsql
stable
security definer
set search_path = ''
rows 50
as $$
begin
  if not private.is_trusted_caller() and not exists (
    select 1
    from private.my_brand_ids('{owner,admin,analyst}') as b (id)
    where b.id = p_brand_id
  ) then
    perform private.raise_error('BRAND_NOT_FOUND');
  end if;
  -- Later days than there are times, too.
  if p_from is null or p_to is null or not isfinite(p_from) or p_to > '9999-12-31' or p_from > p_to
    or p_to - p_from > 366 or p_limit is null or p_limit not between 1 and 200
  then
    perform private.raise_error(
      'INVALID_ARGUMENT',
      'p_from and p_to are UTC days, both included, at most 367 of them; p_limit is 1 to 200.'
    );
  end if;
  return query
    select q.question, count(*), count(distinct q.user_id)
    from (
      select private.normalized_question(m.content) as question, m.user_id
      from public.conversation_messages as m
      join public.conversation_sessions as s on s.id = m.session_id
      where m.brand_id = p_brand_id and m.role = 'user' and s.deleted_at is null
        and m.created_at >= p_from::timestamp at time zone 'utc'
        and m.created_at < (p_to + 1)::timestamp at time zone 'utc'
    ) as q
    where q.question <> ''
    group by q.question
    -- What fewer people asked might tell who they are.
    having count(distinct q.user_id) >= 5
    order by count(*) desc, q.question
    limit p_limit;
end
$$;
revoke all on function public.get_common_questions(uuid, date, date, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.get_common_questions(uuid, date, date, integer)
  to authenticated, service_role;
comment on function public.get_common_questions(uuid, date, date, integer) is
  E'What the users of a brand ask most: questions that at least 5 people asked, normalised, without an '
  'example.\n\n'
  'p_from, p_to: UTC days, both included, at most 367. p_limit: 1 to 200, default 50. '
  'Who: owners, admins and analysts of the brand, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT404 BRAND_NOT_FOUND.';
