-- 0190_session_outcomes: what a chat led to.
-- Makes: public.session_outcomes, record_feedback, record_outcome, view conversion_funnel.
-- Needs: 0010, 0030, 0040 (role analyst), 0090 (private.usage_window_start), 0180.
-- Locks: conversation_sessions (foreign key, trigger). Breaking: no.

create table public.session_outcomes (
  session_id              uuid         not null constraint session_outcomes_pkey primary key
    constraint session_outcomes_session_id_fkey
      references public.conversation_sessions (id) on delete cascade,
  user_id                 uuid,
  products_viewed         text[]       not null default '{}',
  products_added_to_cart  text[]       not null default '{}',
  viewed_count            integer      not null
    generated always as (cardinality(products_viewed)) stored,
  added_to_cart_count     integer      not null
    generated always as (cardinality(products_added_to_cart)) stored,
  query_type              text
    constraint session_outcomes_query_type_shape
      check (query_type ~ '^[A-Za-z0-9][A-Za-z0-9 _./:-]{0,63}$'),
  user_satisfaction       smallint
    constraint session_outcomes_user_satisfaction_range check (user_satisfaction between 1 and 5),
  conversion_occurred     boolean      not null default false,
  conversion_value_usd    numeric
    constraint session_outcomes_conversion_value_usd_range
      check (
        conversion_value_usd >= 0 and conversion_value_usd < 1000000000
        and scale(conversion_value_usd) <= 20
      ),
  reported_by             public.cost_reporter,
  created_at              timestamptz  not null default now(),
  updated_at              timestamptz  not null default now()
);
comment on table public.session_outcomes is
  E'What a session led to, one row a session.\n\n'
  'Who: the session''s user; analyst: numbers and query_type. '
  'Writes: record_outcome and record_feedback.';
comment on column public.session_outcomes.session_id is 'The session.';
comment on column public.session_outcomes.user_id is
  'The session''s user, kept equal to it by trigger; null: a visitor.';
comment on column public.session_outcomes.products_viewed is
  'Products looked at, as the app names them; at most 1000 of 200 characters.';
comment on column public.session_outcomes.products_added_to_cart is
  'Products put into the cart; at most 1000 of 200 characters.';
comment on column public.session_outcomes.viewed_count is 'How many products were looked at.';
comment on column public.session_outcomes.added_to_cart_count is 'How many were put into the cart.';
comment on column public.session_outcomes.query_type is
  'What the chat was about, in a label that the app chooses: at most 64 letters, digits and _ . / : -.';
comment on column public.session_outcomes.user_satisfaction is
  'From 1, not at all, to 5, very; null: not told.';
comment on column public.session_outcomes.conversion_occurred is 'Whether it led to a purchase or such.';
comment on column public.session_outcomes.conversion_value_usd is
  'What that was worth, US dollars; null: not told.';
comment on column public.session_outcomes.reported_by is
  'Who says so of the conversion; what service_role said is not changed by users and visitors. Null: '
  'nobody said anything.';
comment on column public.session_outcomes.created_at is 'When the first outcome was recorded.';
comment on column public.session_outcomes.updated_at is 'When an outcome was recorded last.';

-- The outcomes of a time window.
create index session_outcomes_created_at_idx on public.session_outcomes (created_at);
-- A user's outcomes.
create index session_outcomes_user_id_idx on public.session_outcomes (user_id)
  where user_id is not null;

alter table public.session_outcomes enable row level security;
-- From analyst too, whom a project may give what comes by default: what follows is by column.
revoke all on table public.session_outcomes from public, anon, authenticated, service_role, analyst;

create policy session_outcomes_select_own on public.session_outcomes for select to authenticated
  using (
    user_id = (select auth.uid())
    and coalesce(session_id <> all ((select private.my_deleted_session_ids())::uuid[]), true)
  );
create policy session_outcomes_select_analyst on public.session_outcomes for select to analyst
  using (true);
comment on policy session_outcomes_select_own on public.session_outcomes is
  'Users read the outcomes of their own sessions, but not of those in the trash.';
comment on policy session_outcomes_select_analyst on public.session_outcomes is
  'Analysts read numbers; products and who it was are not granted to them.';

grant select on table public.session_outcomes to authenticated, service_role;
grant select (
  viewed_count, added_to_cart_count, query_type, user_satisfaction, conversion_occurred,
  conversion_value_usd, reported_by, created_at
) on table public.session_outcomes to analyst;

create trigger session_outcomes_10_limits
  before insert or update of products_viewed, products_added_to_cart
  on public.session_outcomes for each row
  when (
    cardinality(new.products_viewed) > 1000
    or cardinality(new.products_added_to_cart) > 1000
    or octet_length(array_to_string(new.products_viewed, '')) > 262144
    or octet_length(array_to_string(new.products_added_to_cart, '')) > 262144
  )
  execute function private.tg__refuse_too_large();

create function private.tg_conversation_sessions__carry_outcome()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.session_outcomes as o set user_id = new.user_id where o.session_id = new.id;
  return null;
end
$$;
revoke all on function private.tg_conversation_sessions__carry_outcome()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_sessions__carry_outcome() is
  'Carries a change of a session''s user to its outcome.';

create trigger conversation_sessions_70_carry_outcome after update of user_id
  on public.conversation_sessions for each row when (old.user_id is distinct from new.user_id)
  execute function private.tg_conversation_sessions__carry_outcome();

create function private.write_outcome(p_outcome public.session_outcomes, p_is_visitor boolean)
returns public.session_outcomes
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_is_trusted constant boolean := not p_is_visitor and private.is_trusted_caller();
  v_product text;
  v_outcome public.session_outcomes;
begin
  foreach v_product in array
    coalesce(p_outcome.products_viewed || p_outcome.products_added_to_cart, '{}')
  loop
    if v_product is null then
      perform private.raise_error('INVALID_ARGUMENT', 'A product is named, not null.');
    elsif char_length(v_product) > 200 then
      perform private.raise_error('TOO_LARGE', 'A product has at most 200 characters.');
    end if;
  end loop;
  if num_nonnulls(p_outcome.conversion_occurred, p_outcome.conversion_value_usd) > 0 then
    p_outcome.reported_by := (
      case
        when v_is_trusted then 'service_role'
        when p_is_visitor then 'visitor'
        else 'authenticated'
      end
    )::public.cost_reporter;
  end if;
  insert into public.session_outcomes as o (
    session_id, user_id, products_viewed, products_added_to_cart, query_type, user_satisfaction,
    conversion_occurred, conversion_value_usd, reported_by
  )
  select
    s.id, s.user_id, coalesce(p_outcome.products_viewed, '{}'),
    coalesce(p_outcome.products_added_to_cart, '{}'), p_outcome.query_type,
    p_outcome.user_satisfaction, coalesce(p_outcome.conversion_occurred, false),
    p_outcome.conversion_value_usd, p_outcome.reported_by
  from public.conversation_sessions as s
  where s.id = p_outcome.session_id
  -- Waits for a claim that is under way.
  for share
  on conflict (session_id) do update
  set
    products_viewed = coalesce(p_outcome.products_viewed, o.products_viewed),
    products_added_to_cart = coalesce(p_outcome.products_added_to_cart, o.products_added_to_cart),
    query_type = coalesce(p_outcome.query_type, o.query_type),
    user_satisfaction = coalesce(p_outcome.user_satisfaction, o.user_satisfaction),
    conversion_occurred = case
      when o.reported_by = 'service_role' and not v_is_trusted then o.conversion_occurred
      else coalesce(p_outcome.conversion_occurred, o.conversion_occurred)
    end,
    conversion_value_usd = case
      when o.reported_by = 'service_role' and not v_is_trusted then o.conversion_value_usd
      -- What was claimed does not become what the server says.
      when p_outcome.reported_by = 'service_role' and o.reported_by <> 'service_role' then
        p_outcome.conversion_value_usd
      else coalesce(p_outcome.conversion_value_usd, o.conversion_value_usd)
    end,
    reported_by = case
      when o.reported_by = 'service_role' and not v_is_trusted then o.reported_by
      else coalesce(p_outcome.reported_by, o.reported_by)
    end,
    updated_at = now()
  returning o.* into v_outcome;
  return v_outcome;
end
$$;
revoke all on function private.write_outcome(public.session_outcomes, boolean)
  from public, anon, authenticated, service_role;
comment on function private.write_outcome(public.session_outcomes, boolean) is
  'Makes or changes the outcome of a session; what is null stays as it is.';

-- Definer: find_chat_session checks the caller, and a visitor owns no row.
create function public.record_feedback(
  p_session_id uuid default null,
  p_session_token text default null,
  p_session_secret text default null,
  p_user_satisfaction integer default null,
  p_rate_key text default null,
  p_rate_limit integer default null
)
returns public.session_outcomes
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_outcome public.session_outcomes;
begin
  if p_user_satisfaction is null or p_user_satisfaction not between 1 and 5 then
    perform private.raise_error('INVALID_ARGUMENT', 'p_user_satisfaction is 1 to 5.');
  end if;
  perform private.count_call(p_rate_key, p_rate_limit);
  v_outcome.session_id :=
    private.find_chat_session(p_session_id, p_session_token, p_session_secret);
  v_outcome.user_satisfaction := p_user_satisfaction;
  return private.write_outcome(v_outcome, p_session_secret is not null);
end
$$;
revoke all on function public.record_feedback(uuid, text, text, integer, text, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.record_feedback(uuid, text, text, integer, text, integer)
  to authenticated, service_role;
comment on function public.record_feedback(uuid, text, text, integer, text, integer) is
  E'Records how satisfied a user or visitor is with a chat.\n\n'
  'p_session_id or p_session_token names it. p_session_secret: given by a server that calls for a '
  'visitor. p_user_satisfaction: 1, not at all, to 5, very; the last one counts. '
  'Returns: the session''s outcome. Who: the session''s user, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT404 SESSION_NOT_FOUND; PT429 RATE_LIMITED.';

-- Definer: find_chat_session checks the caller, and a visitor owns no row.
create function public.record_outcome(
  p_session_id uuid default null,
  p_session_token text default null,
  p_session_secret text default null,
  p_products_viewed text[] default null,
  p_products_added_to_cart text[] default null,
  p_query_type text default null,
  p_conversion_occurred boolean default null,
  p_conversion_value_usd numeric default null,
  p_rate_key text default null,
  p_rate_limit integer default null
)
returns public.session_outcomes
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_outcome public.session_outcomes;
begin
  if num_nonnulls(
    p_products_viewed, p_products_added_to_cart, p_query_type, p_conversion_occurred,
    p_conversion_value_usd
  ) = 0 then
    perform private.raise_error('INVALID_ARGUMENT', 'Give something to record.');
  elsif array_ndims(p_products_viewed) > 1 or array_ndims(p_products_added_to_cart) > 1 then
    perform private.raise_error('INVALID_ARGUMENT', 'Products are a plain list of texts.');
  end if;
  perform private.count_call(p_rate_key, p_rate_limit);
  v_outcome.session_id :=
    private.find_chat_session(p_session_id, p_session_token, p_session_secret);
  v_outcome.products_viewed := p_products_viewed;
  v_outcome.products_added_to_cart := p_products_added_to_cart;
  v_outcome.query_type := p_query_type;
  v_outcome.conversion_occurred := p_conversion_occurred;
  v_outcome.conversion_value_usd := round(
    p_conversion_value_usd, least(20, scale(p_conversion_value_usd))
  );
  return private.write_outcome(v_outcome, p_session_secret is not null);
end
$$;
revoke all on function public.record_outcome(
  uuid, text, text, text[], text[], text, boolean, numeric, text, integer
) from public, anon, authenticated, service_role;
grant execute on function public.record_outcome(
  uuid, text, text, text[], text[], text, boolean, numeric, text, integer
) to authenticated, service_role;
comment on function public.record_outcome(
  uuid, text, text, text[], text[], text, boolean, numeric, text, integer
) is
  E'Records what a chat led to.\n\n'
  'p_session_id or p_session_token names it. p_session_secret: given by a server that calls for a '
  'visitor. The rest are the columns of session_outcomes; what is left out keeps its value, and so does '
  'a conversion that service_role reported when a user or visitor reports another. When service_role '
  'reports a conversion, a value that they claimed goes: it sends its own. '
  'Returns: the session''s outcome. Who: the session''s user, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT404 SESSION_NOT_FOUND; PT413 TOO_LARGE; PT429 RATE_LIMITED; 23514 '
  '(a column''s check).';

create view public.conversion_funnel with (security_invoker = true) as
select
  o.query_type,
  count(*) as session_count,
  count(*) filter (where o.viewed_count > 0) as viewed_count,
  count(*) filter (where o.added_to_cart_count > 0) as added_to_cart_count,
  count(*) filter (where o.conversion_occurred) as converted_count,
  round(count(*) filter (where o.conversion_occurred)::numeric / count(*), 4) as conversion_rate,
  coalesce(sum(o.conversion_value_usd) filter (where o.conversion_occurred), 0) as conversion_value_usd,
  coalesce(
    sum(o.conversion_value_usd) filter (
      where o.conversion_occurred and o.reported_by <> 'service_role'
    ),
    0
  ) as claimed_value_usd,
  round(avg(o.user_satisfaction), 2) as avg_user_satisfaction
from public.session_outcomes as o
where o.created_at >= private.usage_window_start()::timestamp at time zone 'utc'
group by o.query_type;
comment on view public.conversion_funnel is
  E'From looking to buying, by what chats were about, over the last 30 UTC days, today included.\n\n'
  'Who: each user sees their own; analyst and service_role everybody''s.';
comment on column public.conversion_funnel.query_type is 'What chats were about; null: not told.';
comment on column public.conversion_funnel.session_count is 'Sessions with an outcome.';
comment on column public.conversion_funnel.viewed_count is 'Those in which a product was looked at.';
comment on column public.conversion_funnel.added_to_cart_count is
  'Those in which a product was put into the cart.';
comment on column public.conversion_funnel.converted_count is 'Those that led to a conversion.';
comment on column public.conversion_funnel.conversion_rate is 'Their share of all, 0 to 1.';
comment on column public.conversion_funnel.conversion_value_usd is
  'What those that led to a conversion were worth, US dollars.';
comment on column public.conversion_funnel.claimed_value_usd is
  'The part of it that users and visitors report themselves.';
comment on column public.conversion_funnel.avg_user_satisfaction is
  'Mean satisfaction, 1 to 5; null: nobody told.';
revoke all on table public.conversion_funnel from public, anon, authenticated, service_role;
grant select on table public.conversion_funnel to authenticated, service_role, analyst;
