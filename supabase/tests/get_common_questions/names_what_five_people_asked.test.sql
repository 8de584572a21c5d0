begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(15);

insert into auth.users (instance_id, id, aud, role, email, created_at, updated_at)
select
  '00000000-0000-0000-0000-000000000000', tests.m(n), 'authenticated', 'authenticated',
  n || '@questions.example', now(), now()
from generate_series(1, 6) as n;
insert into public.conversation_sessions (id, user_id, brand_id)
select tests.s(n), tests.m(n), tests.id_of('brand') from generate_series(1, 6) as n;
insert into public.conversation_messages (session_id, role, content)
select tests.s(q.session), q.role::public.message_role, q.content
from (
  select n, 'user', 'Five ask this?' from generate_series(1, 5) as n
  union all
  select 1 + n % 4, 'user', 'Four ask this' from generate_series(1, 9) as n
  union all
  select n, 'user', 'Six ask that' from generate_series(1, 6) as n
  union all
  select n, 'assistant', 'An answer' from generate_series(1, 6) as n
  union all
  select n, 'user', '!' from generate_series(1, 6) as n
) as q (session, role, content);
create function pg_temp.questions(p_more text default '')
returns text
language plpgsql
as $$
declare
  v_text text;
begin
  execute format(
    $q$
      select string_agg(concat_ws(' ', q.question, q.asked_count, q.user_count), ', ')
      from public.get_common_questions(
        tests.id_of('brand'), (now() at time zone 'utc')::date, (now() at time zone 'utc')::date %s
      ) as q
    $q$, p_more
  ) into v_text;
  return v_text;
end
$$;
select tests.act_as('brand_analyst');
select is(pg_temp.questions(), 'six ask that 6 6, five ask this 5 5', 'and nothing that four asked');
select is(pg_temp.questions(', 1'), 'six ask that 6 6', 'the most common ones');
select tests.act_as('postgres');
update public.conversation_sessions set deleted_at = now() where id = tests.s(1);
select tests.act_as('brand_admin');
select is(pg_temp.questions(), 'six ask that 5 5', 'the trash does not count');
select tests.act_as('postgres');
update public.conversation_messages
set created_at = (date_trunc('day', now() at time zone 'utc') - interval '1 second') at time zone 'utc'
where session_id = tests.s(2);
select tests.act_as('brand_owner');
select is(pg_temp.questions(), null, 'of these days alone');
select is(
  (
    select q.user_count
    from public.get_common_questions(
      tests.id_of('brand'), (now() at time zone 'utc')::date - 1, (now() at time zone 'utc')::date
    ) as q
  ), 5::bigint, 'both included'
);
select is(
  tests.error_of(
    format('select public.get_common_questions(tests.id_of(%L), %L, %L, %L)', 'brand', c.f, c.t, c.n)
  ),
  'PT400 INVALID_ARGUMENT', format('%s to %s, %s', c.f, c.t, c.n)
)
from (
  values
    (null, '2026-01-01', 1), ('2026-01-01', null, 1), ('2026-01-02', '2026-01-01', 1),
    ('2026-01-01', '2027-01-03', 1), ('-infinity', '2026-01-01', 1), ('2026-01-01', '2026-01-01', 0),
    ('2026-01-01', '2026-01-01', 201), ('2026-01-01', '2026-01-01', null),
    -- Days of which there is no time.
    ('5874897-12-31', '5874897-12-31', 1)
) as c (f, t, n);
select tests.act_as('service_role');
select is(
  tests.error_of($$ select public.get_common_questions(tests.id_of('brand'), '2026-01-01', '2027-01-02') $$),
  'ok', 'the server, 367 days'
);

select * from finish();
rollback;
