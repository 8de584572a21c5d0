begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(6);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.send(p_at text, p_more integer default 2)
returns text
language sql
as $$
  select
    string_agg(
      tests.number_of(r.id) || '@' || r.sequence_order || case when r.inserted then '+' else '=' end,
      ' ' order by r.ordinality
    )
  from public.import_messages(
    tests.s(1),
    (
      select jsonb_agg(tests.msg(i, jsonb_build_object('created_at', p_at)) order by i)
      from generate_series(1, p_more) as i
    )
  ) with ordinality as r
$$;
select is(pg_temp.send('2026-01-01'), '1@1+ 2@2+', 'first');
select is(
  (public.get_session(tests.s(1))).last_activity_at, '2026-01-01'::timestamptz,
  'the session was last active then'
);
select is(pg_temp.send('2026-01-01'), '1@1= 2@2=', 'again');
select is(pg_temp.send('2026-01-01', 3), '1@1= 2@2= 3@3+', 'with a new tail: the tail');
select is(
  tests.error_of($$ select pg_temp.send('2026-01-02') $$), 'PT409 IDEMPOTENCY_MISMATCH',
  'the time is part of the body'
);
select is(tests.counters_of(1), 'messages 3, tokens 0, cost 0, last 3', 'counted once');

select * from finish();
rollback;
