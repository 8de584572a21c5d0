begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/doctor.psql
select plan(5);

create type public.shop_state as enum ('open');
create table public.shop_orders (id uuid primary key, state public.shop_state);
grant all on public.shop_orders to anon;
create policy shop on public.shop_orders using (true);
create function public.shop_stamp() returns trigger language plpgsql security definer
as $$ begin return new; end $$;
create trigger shop before insert on public.shop_orders
  for each row execute function public.shop_stamp();
create trigger shop_touch before update on public.shop_orders
  for each row execute function private.tg__touch_updated_at();
create trigger shop after insert on auth.users for each row execute function public.shop_stamp();
create policy shop on storage.objects for select to anon using (bucket_id = 'shop');
create view public.shop_view as select 1 as one;
create function private.shop() returns integer language sql as 'select 1';
select is(tests.failing(true), 'well', 'what stands beside');

create index shop_idx on public.conversation_messages (mood);
alter table public.conversation_sessions add column shop_id uuid default gen_random_uuid();
alter table public.conversation_sessions add constraint shop_check check (shop_id is not null);
select is(tests.failing(true), 'well', 'and an index, a column and a constraint on a table of Turnbase');
select is(
  (
    select string_agg(c.detail, ', ' order by c.check) from public.store_doctor() as c
    where c.detail like '%shop%'
  ),
  (
    select string_agg(
      format('%s as remembered; not Turnbase''s: %s', n.n, s.name), ', ' order by s.kind
    )
    from (
      values
        ('columns', 'public.conversation_sessions.shop_id'),
        ('constraints', 'shop_check on public.conversation_sessions'), ('indexes', 'public.shop_idx')
    ) as s (kind, name)
    cross join lateral (
      select count(*) as n from private.expected_objects as e where e.kind = s.kind
    ) as n
  ),
  'are told of'
);

-- get_conversation_history and append_messages would fail.
select is(
  tests.said_of($$ alter table public.conversation_messages add column shop_id uuid $$),
  (
    select format(
      'columns: in the way: public.conversation_messages.shop_id; not Turnbase''s: '
      'public.conversation_sessions.shop_id. %s.', c.next_step
    )
    from private.doctor_checks() as c
    where c.name = 'columns'
  ),
  'but a column of messages is in the way'
);

select private.remember_objects();
select is_empty(
  $$ select * from private.expected_objects where identity like 'public.shop\_o%' or kind = 'name'
     and identity like '%shop%' $$,
  'remembering anew makes none of them Turnbase''s'
);

select * from finish();
rollback;
