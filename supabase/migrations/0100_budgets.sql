-- 0100_budgets: limits on what a user or a brand spends, held before a call and settled after it.
-- Makes: public.budgets, public.budget_reservations, public.budget_alerts; reserve_budget,
--   settle_budget, release_budget, cleanup_budget_reservations, get_budget_status.
-- Needs: 0010, 0030, 0050, 0080. Locks: auth.users (foreign keys), conversation_messages (trigger).
--   Breaking: no.

create type public.budget_period as enum ('day', 'month');
comment on type public.budget_period is 'UTC day or UTC month.';
create type public.reservation_status as enum ('held', 'settled', 'released');
comment on type public.reservation_status is
  'held: counts against the budget until it expires. settled: the cost is in the ledger. released: '
  'nothing was spent.';
create type public.budget_limit as enum ('soft', 'hard');
comment on type public.budget_limit is 'soft: a flag and an alert. hard: no more reservations.';

create table public.budgets (
  id                uuid                  not null default gen_random_uuid()
    constraint budgets_pkey primary key,
  user_id           uuid                  constraint budgets_user_id_fkey
    references auth.users (id) on delete cascade,
  brand_id          uuid,
  period            public.budget_period  not null,
  soft_limit_usd    numeric,
  hard_limit_usd    numeric,
  created_at        timestamptz           not null default now(),
  updated_at        timestamptz           not null default now(),
  last_reserved_at  timestamptz,
  constraint budgets_one_owner check (num_nonnulls(user_id, brand_id) = 1),
  -- NaN and Infinity are numerics too; both fail the upper bound.
  constraint budgets_limits check (
    num_nonnulls(soft_limit_usd, hard_limit_usd) > 0
    and soft_limit_usd >= 0 and soft_limit_usd < 1000000000
    and hard_limit_usd >= 0 and hard_limit_usd < 1000000000
    and soft_limit_usd <= hard_limit_usd
  ),
  constraint budgets_user_id_period_key unique (user_id, period),
  constraint budgets_brand_id_period_key unique (brand_id, period)
);
comment on table public.budgets is
  E'How much a user or a brand may spend in a UTC day or month.\n\n'
  'What counts: for a user all of the user''s cost; for a brand what service_role reported and what '
  'the price book priced, so no member can claim a cost against it. '
  'Who: users read theirs, set by service_role; owners, admins and analysts of a brand read the '
  'brand''s, set by its owners and admins.';
comment on column public.budgets.id is 'Budget id.';
comment on column public.budgets.user_id is 'Whose it is; null: a brand''s.';
comment on column public.budgets.brand_id is 'The brand whose it is; null: a user''s.';
comment on column public.budgets.period is 'Each UTC day, or each UTC month.';
comment on column public.budgets.soft_limit_usd is
  'US dollars from which on reservations carry a flag, and an alert is written; null: none.';
comment on column public.budgets.hard_limit_usd is
  'US dollars that spent and held together never pass by a reservation; null: none.';
comment on column public.budgets.created_at is 'When it was made.';
comment on column public.budgets.updated_at is 'Last change of the limits.';
comment on column public.budgets.last_reserved_at is 'When reserve_budget last asked it.';

create trigger budgets_30_touch before update of soft_limit_usd, hard_limit_usd on public.budgets
  for each row when (old.* is distinct from new.*)
  execute function private.tg__touch_updated_at();

create table public.budget_reservations (
  id                  uuid                       not null default gen_random_uuid()
    constraint budget_reservations_pkey primary key,
  session_id          uuid                       constraint budget_reservations_session_id_fkey
    references public.conversation_sessions (id) on delete set null,
  user_id             uuid                       constraint budget_reservations_user_id_fkey
    references auth.users (id) on delete cascade,
  brand_id            uuid,
  amount_usd          numeric                    not null
    constraint budget_reservations_amount_usd_range
      check (amount_usd >= 0 and amount_usd < 1000000000 and scale(amount_usd) <= 20),
  reserved_by         public.cost_reporter       not null,
  status              public.reservation_status  not null default 'held',
  soft_limit_reached  boolean                    not null default false,
  expires_at          timestamptz                not null,
  created_at          timestamptz                not null default clock_timestamp(),
  closed_at           timestamptz
);
comment on table public.budget_reservations is
  E'Money held for a model call that is under way.\n\n'
  'A hold counts until it is settled, released or expired. Who: users read their own. '
  'Writes: reserve_budget, settle_budget, release_budget.';
comment on column public.budget_reservations.id is 'Reservation id and idempotency key.';
comment on column public.budget_reservations.session_id is
  'The session it was made for; null once that is gone.';
comment on column public.budget_reservations.user_id is 'The session''s user; null: a visitor.';
comment on column public.budget_reservations.brand_id is 'The session''s brand; null: personal.';
comment on column public.budget_reservations.amount_usd is 'US dollars held.';
comment on column public.budget_reservations.reserved_by is
  'Who made it: users cannot end what a server holds for them.';
comment on column public.budget_reservations.status is 'Whether it still holds.';
comment on column public.budget_reservations.soft_limit_reached is
  'Whether spent and held, this hold included, reached a soft limit when it was made.';
comment on column public.budget_reservations.expires_at is 'From then on it holds nothing.';
comment on column public.budget_reservations.created_at is 'When it was made.';
comment on column public.budget_reservations.closed_at is 'When it was settled or released.';

-- What a user holds; foreign key side of a user's deletion.
create index budget_reservations_user_id_idx
  on public.budget_reservations (user_id, expires_at) where user_id is not null;
-- What a brand holds; foreign key side of a brand's deletion.
create index budget_reservations_brand_id_idx
  on public.budget_reservations (brand_id, expires_at) where brand_id is not null;
-- Foreign key side of a session's deletion.
create index budget_reservations_session_id_idx
  on public.budget_reservations (session_id) where session_id is not null;
-- Those that ended long ago.
create index budget_reservations_expires_at_idx on public.budget_reservations (expires_at);

create table public.budget_alerts (
  budget_id     uuid                 not null constraint budget_alerts_budget_id_fkey
    references public.budgets (id) on delete cascade,
  period_start  date                 not null,
  limit_kind    public.budget_limit  not null,
  limit_usd     numeric              not null,
  spent_usd     numeric              not null,
  created_at    timestamptz          not null default now(),
  constraint budget_alerts_pkey primary key (budget_id, period_start, limit_kind)
);
comment on table public.budget_alerts is
  E'One row for each limit that was reached in a period.\n\n'
  'Who: who reads the budget. Writes: the database, when a cost is written, a hold settled or a limit set.';
comment on column public.budget_alerts.budget_id is 'The budget.';
comment on column public.budget_alerts.period_start is 'First UTC day of the period.';
comment on column public.budget_alerts.limit_kind is 'Which limit.';
comment on column public.budget_alerts.limit_usd is 'The limit as it was, US dollars.';
comment on column public.budget_alerts.spent_usd is 'What was spent when it was noticed, US dollars.';
comment on column public.budget_alerts.created_at is 'When it was noticed.';

alter table public.budgets enable row level security;
alter table public.budget_reservations enable row level security;
alter table public.budget_alerts enable row level security;
revoke all on table public.budgets, public.budget_reservations, public.budget_alerts
  from public, anon, authenticated, service_role;

create policy budgets_select_owner on public.budgets for select to authenticated
  using (
    user_id = (select auth.uid())
    or brand_id = any (array(select private.my_brand_ids('{owner,admin,analyst}')))
  );
create policy budgets_insert_admin on public.budgets for insert to authenticated
  with check (
    user_id is null and brand_id = any (array(select private.my_brand_ids('{owner,admin}')))
  );
create policy budgets_update_admin on public.budgets for update to authenticated
  using (brand_id = any (array(select private.my_brand_ids('{owner,admin}'))))
  with check (brand_id = any (array(select private.my_brand_ids('{owner,admin}'))));
create policy budgets_delete_admin on public.budgets for delete to authenticated
  using (brand_id = any (array(select private.my_brand_ids('{owner,admin}'))));
create policy budgets_select_analyst on public.budgets for select to analyst using (true);
comment on policy budgets_select_owner on public.budgets is
  'Users read their own; owners, admins and analysts of a brand the brand''s.';
comment on policy budgets_insert_admin on public.budgets is
  'Owners and admins set the budgets of their brand; those of users are set by service_role.';
comment on policy budgets_update_admin on public.budgets is
  'Owners and admins change the budgets of their brand.';
comment on policy budgets_delete_admin on public.budgets is
  'Owners and admins lift the budgets of their brand.';
comment on policy budgets_select_analyst on public.budgets is 'Analysts read all budgets.';

create policy budget_reservations_select_own on public.budget_reservations
  for select to authenticated using (user_id = (select auth.uid()));
create policy budget_reservations_select_analyst on public.budget_reservations
  for select to analyst using (true);
comment on policy budget_reservations_select_own on public.budget_reservations is
  'Users read what is held for their own sessions.';
comment on policy budget_reservations_select_analyst on public.budget_reservations is
  'Analysts read all holds.';

create policy budget_alerts_select_owner on public.budget_alerts for select to authenticated
  using (budget_id = any (array(select b.id from public.budgets as b)));
create policy budget_alerts_select_analyst on public.budget_alerts for select to analyst
  using (true);
comment on policy budget_alerts_select_owner on public.budget_alerts is
  'Who may read a budget reads its alerts.';
comment on policy budget_alerts_select_analyst on public.budget_alerts is
  'Analysts read all alerts.';

grant select on table public.budgets, public.budget_reservations, public.budget_alerts
  to authenticated, service_role, analyst;
grant delete on table public.budgets to authenticated, service_role;
grant insert (user_id, brand_id, period, soft_limit_usd, hard_limit_usd) on table public.budgets
  to authenticated, service_role;
grant update (soft_limit_usd, hard_limit_usd) on table public.budgets to authenticated, service_role;

create function private.budget_period_start(p_period public.budget_period)
returns date
language plpgsql
stable
set search_path = ''
as $$
begin
  return date_trunc(p_period::text, clock_timestamp() at time zone 'utc')::date;
end
$$;
revoke all on function private.budget_period_start(public.budget_period)
  from public, anon, authenticated, service_role;
comment on function private.budget_period_start(public.budget_period) is
  'First UTC day of the current period.';

create type private.budget_state as (spent_usd numeric, held_usd numeric);
comment on type private.budget_state is 'What is spent in the current period, and held now.';

-- One statement, one snapshot: a hold that is settled at this moment is either held or spent.
create function private.budget_state_of(p_budget public.budgets)
returns private.budget_state
language plpgsql
stable
set search_path = ''
as $$
declare
  v_from constant date := private.budget_period_start(p_budget.period);
  v_to constant date := (v_from + ('1 ' || p_budget.period::text)::interval)::date;
  -- Not the function itself below: a volatile one cannot use the indexes, which end at the holds of
  -- the last hour.
  v_now constant timestamptz := clock_timestamp();
  v_state private.budget_state;
begin
  if p_budget.user_id is not null then
    select
      coalesce((
        select sum(r.cost_usd)
        from private.usage_rollups as r
        where r.scope = 'user' and r.user_id = p_budget.user_id
          and r.day >= v_from and r.day < v_to
      ), 0) + coalesce((
        select sum(t.sign * t.cost_usd)
        from private.usage_tail as t
        where t.user_id = p_budget.user_id
          and t.created_at >= v_from::timestamp at time zone 'utc'
          and t.created_at < v_to::timestamp at time zone 'utc'
      ), 0),
      coalesce((
        select sum(h.amount_usd)
        from public.budget_reservations as h
        where h.user_id = p_budget.user_id and h.status = 'held'
          and h.expires_at > v_now
      ), 0)
    into v_state.spent_usd, v_state.held_usd;
  else
    -- What users claim themselves does not count here.
    select
      coalesce((
        select sum(
          case r.reported_by when 'service_role' then r.cost_usd else r.price_book_cost_usd end
        )
        from private.usage_rollups as r
        where r.scope = 'brand' and r.user_id is null and r.brand_id = p_budget.brand_id
          and r.day >= v_from and r.day < v_to
      ), 0) + coalesce((
        select sum(t.sign * t.cost_usd)
        from private.usage_tail as t
        where t.brand_id = p_budget.brand_id
          and (t.reported_by = 'service_role' or t.cost_source = 'price_book')
          and t.created_at >= v_from::timestamp at time zone 'utc'
          and t.created_at < v_to::timestamp at time zone 'utc'
      ), 0),
      coalesce((
        select sum(h.amount_usd)
        from public.budget_reservations as h
        where h.brand_id = p_budget.brand_id and h.status = 'held'
          and h.expires_at > v_now
      ), 0)
    into v_state.spent_usd, v_state.held_usd;
  end if;
  return v_state;
end
$$;
revoke all on function private.budget_state_of(public.budgets)
  from public, anon, authenticated, service_role;
comment on function private.budget_state_of(public.budgets) is
  'What is spent in the current period of a budget, and what is held now, US dollars.';

-- Alerts are written by who holds the rows of all budgets in question. Who settles or reserves waits for
-- them once spent and held together reach a limit: the costs of others under way are behind their holds.
-- Who records a cost never waits; where somebody else holds a row, the settlement, or the next cost,
-- brings the alert.
create function private.note_budget_alerts(
  p_user_ids uuid[],
  p_brand_ids uuid[],
  p_waits boolean
)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- Most who spend have no budget, and this is soon said.
  if not exists (select 1 from public.budgets as b where b.user_id = any (p_user_ids))
    and not exists (select 1 from public.budgets as b where b.brand_id = any (p_brand_ids))
  then
    return;
  end if;
  if not exists (
    select 1
    from public.budgets as b
    cross join lateral private.budget_state_of(b) as s
    cross join lateral (
      values ('soft'::public.budget_limit, b.soft_limit_usd), ('hard', b.hard_limit_usd)
    ) as l (kind, limit_usd)
    where (b.user_id = any (p_user_ids) or b.brand_id = any (p_brand_ids))
      and s.spent_usd + case when p_waits then s.held_usd else 0 end >= l.limit_usd
      -- A limit of nothing is reached by the first cost.
      and (l.limit_usd > 0 or s.spent_usd > 0)
      and not exists (
        select 1
        from public.budget_alerts as a
        where a.budget_id = b.id and a.limit_kind = l.kind
          and a.period_start = private.budget_period_start(b.period)
      )
  ) then
    return;
  end if;

  -- All of the rows or none: whoever held some of them and then waited for the others could be waited
  -- for.
  begin
    if p_waits then
      perform 1
      from public.budgets as b
      where b.user_id = any (p_user_ids) or b.brand_id = any (p_brand_ids)
      order by b.id
      for no key update;
    else
      perform 1
      from public.budgets as b
      where b.user_id = any (p_user_ids) or b.brand_id = any (p_brand_ids)
      for no key update nowait;
    end if;
    insert into public.budget_alerts (budget_id, period_start, limit_kind, limit_usd, spent_usd)
    select b.id, private.budget_period_start(b.period), l.kind, l.limit_usd, s.spent_usd
    from public.budgets as b
    cross join lateral private.budget_state_of(b) as s
    cross join lateral (
      values ('soft'::public.budget_limit, b.soft_limit_usd), ('hard', b.hard_limit_usd)
    ) as l (kind, limit_usd)
    where (b.user_id = any (p_user_ids) or b.brand_id = any (p_brand_ids))
      and s.spent_usd >= l.limit_usd and s.spent_usd > 0
    on conflict on constraint budget_alerts_pkey do nothing;
  exception
    when lock_not_available or serialization_failure then
      if p_waits then
        raise;
      end if;
  end;
end
$$;
revoke all on function private.note_budget_alerts(uuid[], uuid[], boolean)
  from public, anon, authenticated, service_role;
comment on function private.note_budget_alerts(uuid[], uuid[], boolean) is
  'Writes the alerts of limits that were reached, once a period. p_waits: for whoever else writes one.';

create function private.tg_usage_tail__note_budget_alerts()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_ids uuid[];
  v_brand_ids uuid[];
begin
  -- Messages that are corrected come one by one: they are looked at together, once their statement is over.
  if not exists (select 1 from public.budgets as b)
    or (pg_trigger_depth() > 1 and exists (select 1 from new_usage as n where n.sign = -1))
  then
    return null;
  end if;
  select
    array_agg(distinct n.user_id) filter (where n.user_id is not null),
    array_agg(distinct n.brand_id) filter (where n.brand_id is not null)
  into v_user_ids, v_brand_ids
  from new_usage as n
  where n.cost_usd > 0;
  perform private.note_budget_alerts(v_user_ids, v_brand_ids, false);
  return null;
end
$$;
revoke all on function private.tg_usage_tail__note_budget_alerts()
  from public, anon, authenticated, service_role;
comment on function private.tg_usage_tail__note_budget_alerts() is
  'Writes an alert when a cost reaches a limit; never refuses the cost.';

create trigger usage_tail_80_note_budget_alerts after insert on private.usage_tail
  referencing new table as new_usage
  for each statement execute function private.tg_usage_tail__note_budget_alerts();

create function private.tg_conversation_messages__note_budget_alerts()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_ids uuid[];
  v_brand_ids uuid[];
begin
  if not exists (select 1 from public.budgets as b) then
    return null;
  end if;
  select
    array_agg(distinct d.user_id) filter (where d.user_id is not null),
    array_agg(distinct d.brand_id) filter (where d.brand_id is not null)
  into v_user_ids, v_brand_ids
  from (
    select c.user_id, c.brand_id
    -- No join of the two: the plan of a one-row statement is kept, and would pair them row by row.
    from (
      select n.user_id, n.brand_id, n.reported_by, n.cost_source, n.created_at, n.cost_usd
      from new_messages as n
      union all
      select o.user_id, o.brand_id, o.reported_by, o.cost_source, o.created_at, -o.cost_usd
      from old_messages as o
    ) as c
    group by
      c.user_id, c.brand_id, c.reported_by, c.cost_source, (c.created_at at time zone 'utc')::date
    having sum(c.cost_usd) > 0
  ) as d;
  perform private.note_budget_alerts(v_user_ids, v_brand_ids, false);
  return null;
end
$$;
revoke all on function private.tg_conversation_messages__note_budget_alerts()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_messages__note_budget_alerts() is
  'Writes an alert when corrected costs reach a limit; never refuses them.';

-- After the ledger, whose trigger is for each row.
create trigger conversation_messages_95_note_budget_alerts after update
  on public.conversation_messages referencing old table as old_messages new table as new_messages
  for each statement execute function private.tg_conversation_messages__note_budget_alerts();

-- A limit that is below what is spent already refuses the next hold, and an alert would go back with it.
create function private.tg_budgets__note_alerts()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.note_budget_alerts(array[new.user_id], array[new.brand_id], false);
  return null;
end
$$;
revoke all on function private.tg_budgets__note_alerts() from public, anon, authenticated, service_role;
comment on function private.tg_budgets__note_alerts() is
  'Writes an alert when a limit is set below what is spent; never refuses the limit.';

create trigger budgets_80_note_alerts after insert or update of soft_limit_usd, hard_limit_usd
  on public.budgets for each row
  execute function private.tg_budgets__note_alerts();

-- Definer: writes reservations, which nobody may, and sums over users.
create function public.reserve_budget(
  p_session_id uuid,
  p_amount_usd numeric,
  p_reservation_id uuid default null,
  p_ttl_seconds integer default 300
)
returns public.budget_reservations
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_trusted constant boolean := private.is_trusted_caller();
  v_session record;
  v_budget public.budgets;
  v_state private.budget_state;
  v_reservation public.budget_reservations;
  v_budget_ids uuid[];
  v_soft boolean := false;
  v_reached boolean := false;
begin
  -- A double close to 0 has more digits than a cost keeps.
  if scale(p_amount_usd) > 20 then
    p_amount_usd := round(p_amount_usd, 20);
  end if;
  if p_amount_usd is null or p_ttl_seconds is null or p_ttl_seconds not between 1 and 3600
    or not (p_amount_usd >= 0 and p_amount_usd < 1000000000)
  then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'p_amount_usd is 0 or more US dollars; p_ttl_seconds is 1 to 3600.'
    );
  end if;
  -- Session and user are locked here, not by the foreign keys after the budgets: who deletes one of them
  -- goes on to the budgets and reservations, and the two could wait for each other. The user first, as a
  -- deletion of the user does.
  perform 1
  from auth.users as u
  where u.id = (select s.user_id from public.conversation_sessions as s where s.id = p_session_id)
  for key share;
  select s.id, s.user_id, s.brand_id into v_session
  from public.conversation_sessions as s
  where s.id = p_session_id and (v_trusted or (s.user_id = auth.uid() and s.deleted_at is null))
  for key share;
  if not found then
    perform private.raise_error('SESSION_NOT_FOUND');
  end if;
  if not v_trusted and v_session.brand_id is not null and not exists (
    select 1 from private.my_brand_ids() as b (id) where b.id = v_session.brand_id
  ) then
    perform private.raise_error(
      'FORBIDDEN', 'Only members of a brand hold its money; go on in a session of your own.'
    );
  end if;

  -- Before the budgets, as whoever settles it does.
  perform 1 from public.budget_reservations as r where r.id = p_reservation_id for no key update;
  -- Reservations of one budget wait for each other, in the order of the ids, so that those of two
  -- budgets cannot wait for each other. Written, not only locked: with an older snapshot, as in
  -- repeatable read, this fails instead of missing what others hold.
  select array_agg(l.id) into v_budget_ids
  from (
    select b.id
    from public.budgets as b
    where b.user_id = v_session.user_id or b.brand_id = v_session.brand_id
    order by b.id
    for no key update
  ) as l;
  update public.budgets as b set last_reserved_at = clock_timestamp()
  where b.id = any (v_budget_ids);

  select * into v_reservation
  from public.budget_reservations as r
  where r.id = p_reservation_id;
  if found then
    if v_reservation.session_id is distinct from p_session_id
      or v_reservation.amount_usd <> p_amount_usd
    then
      perform private.raise_error('IDEMPOTENCY_MISMATCH');
    end if;
    -- One that has expired holds nothing: it is held anew, where there is room.
    if v_reservation.status <> 'held' or v_reservation.expires_at > clock_timestamp() then
      return v_reservation;
    end if;
  end if;

  for v_budget in
    select b.*
    from public.budgets as b
    where b.id = any (v_budget_ids)
  loop
    v_state := private.budget_state_of(v_budget);
    if v_state.spent_usd + v_state.held_usd + p_amount_usd > v_budget.hard_limit_usd then
      perform private.raise_error('BUDGET_EXCEEDED');
    end if;
    if v_state.spent_usd + v_state.held_usd + p_amount_usd >= v_budget.soft_limit_usd then
      v_soft := true;
    end if;
    if v_state.spent_usd >= least(v_budget.soft_limit_usd, v_budget.hard_limit_usd) then
      v_reached := true;
    end if;
  end loop;

  if v_reservation.id is not null then
    update public.budget_reservations as r
    set
      user_id = v_session.user_id,
      brand_id = v_session.brand_id,
      reserved_by = (
        case when v_trusted then 'service_role' else r.reserved_by::text end
      )::public.cost_reporter,
      soft_limit_reached = v_soft,
      expires_at = clock_timestamp() + make_interval(secs => p_ttl_seconds)
    where r.id = v_reservation.id
    returning * into v_reservation;
  else
    insert into public.budget_reservations (
      id, session_id, user_id, brand_id, amount_usd, reserved_by, soft_limit_reached, expires_at
    )
    values (
      coalesce(p_reservation_id, gen_random_uuid()), v_session.id, v_session.user_id,
      v_session.brand_id, p_amount_usd,
      (case when v_trusted then 'service_role' else 'authenticated' end)::public.cost_reporter, v_soft,
      clock_timestamp() + make_interval(secs => p_ttl_seconds)
    )
    on conflict (id) do nothing
    returning * into v_reservation;
  end if;
  if not found then
    -- The key was taken at the same moment.
    return public.reserve_budget(p_session_id, p_amount_usd, p_reservation_id, p_ttl_seconds);
  end if;
  if v_reached then
    perform private.note_budget_alerts(array[v_session.user_id], array[v_session.brand_id], true);
  end if;
  return v_reservation;
end
$$;
revoke all on function public.reserve_budget(uuid, numeric, uuid, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.reserve_budget(uuid, numeric, uuid, integer)
  to authenticated, service_role;
comment on function public.reserve_budget(uuid, numeric, uuid, integer) is
  E'Holds money for a model call, before the call.\n\n'
  'Against the budgets of the session''s user and brand, as far as there are any. p_amount_usd: the '
  'most that the call may cost, US dollars. p_reservation_id: idempotency key, made where left out. '
  'p_ttl_seconds: 1 to 3600, default 300; then the hold frees itself, and sent again with its id it is '
  'held anew, if there is room. Afterwards: write the message '
  'or record_usage, then settle_budget (log_turn and record_usage settle by themselves when given '
  'the id), or release_budget when nothing was spent. '
  'Returns: the reservation; soft_limit_reached is the flag to show. '
  'Who: the session''s user, as a member of its brand if it has one; service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT402 BUDGET_EXCEEDED; PT403 FORBIDDEN; PT404 SESSION_NOT_FOUND; '
  'PT409 IDEMPOTENCY_MISMATCH.';

create function private.close_reservation(
  p_reservation_id uuid,
  p_status public.reservation_status
)
returns public.budget_reservations
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_reservation public.budget_reservations;
begin
  select * into v_reservation
  from public.budget_reservations as r
  where r.id = p_reservation_id
    and (
      (r.user_id = auth.uid() and r.reserved_by = 'authenticated') or private.is_trusted_caller()
    )
  for no key update;
  if not found then
    perform private.raise_error('RESERVATION_NOT_FOUND');
  elsif v_reservation.status = p_status then
    return v_reservation;
  elsif v_reservation.status <> 'held' then
    perform private.raise_error('RESERVATION_CLOSED');
  end if;
  update public.budget_reservations as r
  set status = p_status, closed_at = clock_timestamp()
  where r.id = p_reservation_id
  returning * into v_reservation;
  return v_reservation;
end
$$;
revoke all on function private.close_reservation(uuid, public.reservation_status)
  from public, anon, authenticated, service_role;
comment on function private.close_reservation(uuid, public.reservation_status) is
  'Ends a hold of the caller''s, an expired one too; again with the same status changes nothing.';

-- Definer: writes reservations, which nobody may.
create function public.settle_budget(p_reservation_id uuid)
returns public.budget_reservations
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_reservation public.budget_reservations;
begin
  v_reservation := private.close_reservation(p_reservation_id, 'settled');
  perform private.note_budget_alerts(
    array[v_reservation.user_id], array[v_reservation.brand_id], true
  );
  return v_reservation;
end
$$;
revoke all on function public.settle_budget(uuid) from public, anon, authenticated, service_role;
grant execute on function public.settle_budget(uuid) to authenticated, service_role;
comment on function public.settle_budget(uuid) is
  E'Ends a hold after the cost of the call was written.\n\n'
  'Write the message first: from then on the ledger counts it. Called again, it changes nothing. '
  'Returns: the reservation. Who: the user who reserved, service_role. '
  'Errors: PT404 RESERVATION_NOT_FOUND; PT409 RESERVATION_CLOSED when it was released.';

-- Definer: writes reservations, which nobody may.
create function public.release_budget(p_reservation_id uuid)
returns public.budget_reservations
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  return private.close_reservation(p_reservation_id, 'released');
end
$$;
revoke all on function public.release_budget(uuid) from public, anon, authenticated, service_role;
grant execute on function public.release_budget(uuid) to authenticated, service_role;
comment on function public.release_budget(uuid) is
  E'Ends a hold of a call that spent nothing.\n\n'
  'Called again, it changes nothing. Returns: the reservation. '
  'Who: the user who reserved, service_role. '
  'Errors: PT404 RESERVATION_NOT_FOUND; PT409 RESERVATION_CLOSED when it was settled.';

-- Definer: deletes reservations, which nobody may; service_role alone.
create function public.cleanup_budget_reservations(
  p_keep_days integer default 30,
  p_limit integer default 10000
)
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_before timestamptz;
  v_deleted integer;
begin
  if p_keep_days is null or p_keep_days not between 1 and 36500
    or p_limit is null or p_limit not between 1 and 100000
  then
    perform private.raise_error(
      'INVALID_ARGUMENT', 'p_keep_days is 1 to 36500; p_limit is 1 to 100000.'
    );
  end if;
  v_before := now() - make_interval(days => p_keep_days);
  delete from public.budget_reservations as r
  where r.id = any (array(
    select r.id
    from public.budget_reservations as r
    where r.expires_at < v_before and (r.closed_at is null or r.closed_at < v_before)
      and not (private.has_holds() and private.is_held(r.user_id, r.session_id, r.brand_id))
    order by r.expires_at
    limit p_limit
    for update skip locked
  ));
  get diagnostics v_deleted = row_count;
  return v_deleted;
end
$$;
revoke all on function public.cleanup_budget_reservations(integer, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.cleanup_budget_reservations(integer, integer) to service_role;
comment on function public.cleanup_budget_reservations(integer, integer) is
  E'Deletes holds that were settled, released or expired long ago; what a legal hold keeps stays.\n\n'
  'A hold that is gone is not known to its id any more. p_keep_days: 1 to 36500, default 30. '
  'p_limit: at most so many in one call, 1 to 100000. '
  'Returns: how many; as many as p_limit: call again for the rest. '
  'Who: service_role. Errors: PT400 INVALID_ARGUMENT.';

create function private.settle_reservation(p_reservation_id uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_reservation record;
begin
  update public.budget_reservations as r
  set status = 'settled', closed_at = clock_timestamp()
  where r.id = p_reservation_id and r.status = 'held'
    and (
      (r.user_id = auth.uid() and r.reserved_by = 'authenticated') or private.is_trusted_caller()
    )
  returning r.user_id, r.brand_id into v_reservation;
  if found then
    perform private.note_budget_alerts(
      array[v_reservation.user_id], array[v_reservation.brand_id], true
    );
  end if;
end
$$;
revoke all on function private.settle_reservation(uuid)
  from public, anon, authenticated, service_role;
comment on function private.settle_reservation(uuid) is
  'Ends a hold of the caller''s if there is one: what was spent is recorded in any case.';

create type public.budget_status as (
  budget_id       uuid,
  user_id         uuid,
  brand_id        uuid,
  period          public.budget_period,
  period_start    date,
  soft_limit_usd  numeric,
  hard_limit_usd  numeric,
  spent_usd       numeric,
  held_usd        numeric,
  remaining_usd   numeric
);
comment on type public.budget_status is
  'A budget in its current period, US dollars; remaining_usd is null without a hard limit, never '
  'below 0.';

-- Definer: sums over users.
create function public.get_budget_status(p_brand_id uuid default null)
returns setof public.budget_status
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if p_brand_id is not null and not private.is_trusted_caller() and not exists (
    select 1
    from private.my_brand_ids('{owner,admin,analyst}') as b (id)
    where b.id = p_brand_id
  ) then
    perform private.raise_error('BRAND_NOT_FOUND');
  end if;
  return query
    select
      b.id, b.user_id, b.brand_id, b.period, private.budget_period_start(b.period),
      b.soft_limit_usd, b.hard_limit_usd, s.spent_usd, s.held_usd,
      -- greatest() would make 0 of a limit that is not there.
      case
        when b.hard_limit_usd is not null then
          greatest(b.hard_limit_usd - s.spent_usd - s.held_usd, 0)
      end
    from public.budgets as b
    cross join lateral private.budget_state_of(b) as s
    where case
      when p_brand_id is null then b.user_id = (select auth.uid())
      else b.brand_id = p_brand_id
    end
    order by b.period;
end
$$;
revoke all on function public.get_budget_status(uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.get_budget_status(uuid) to authenticated, service_role;
comment on function public.get_budget_status(uuid) is
  E'What is spent, held and left of one''s own budgets, or of a brand''s.\n\n'
  'p_brand_id: left out, the caller''s own. Who: the user; owners, admins and analysts of the brand; '
  'service_role. Errors: PT404 BRAND_NOT_FOUND.';
