begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
\ir ../_fixtures/streaming.psql
select plan(6);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.status(p_n integer)
returns text
language sql
as $$
  select concat_ws(' ', m.status, coalesce(m.error_message, '-'))
  from public.conversation_messages as m
  where m.id = tests.m(p_n)
$$;
select tests.begin(1);
select public.finish_message(tests.m(1), p_error_message => 'model died');
select is(pg_temp.status(1), 'failed model died', 'an error says that it failed');
select lives_ok(
  format('select public.finish_message(%L, ''failed'', p_error_message => ''model died'')', tests.m(1)),
  'which is the same as to say so'
);
select tests.begin(2);
select public.finish_message(tests.m(2), 'cancelled', p_error_message => 'closed by the user');
select is(pg_temp.status(2), 'cancelled closed by the user', 'a status that is given is taken');
select tests.begin(3);
select public.finish_message(tests.m(3));
select tests.act_as('service_role');
select public.finish_message(tests.m(3), p_error_message => 'too late');
select is(pg_temp.status(3), 'failed too late', 'the server knows of an error');
select is((select sum(u.errors) from public.usage_daily as u), 3::numeric, 'each is one error');
select is(tests.ledger(false), 'daily exact, totals exact', 'usage is exact');

select * from finish();
rollback;
