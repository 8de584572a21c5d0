begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(8);

select tests.start(n) from generate_series(1, 3) as n;
update public.conversation_sessions set last_activity_at = now() - interval '3 days';
select tests.act_as('service_role');
select is(public.archive_old_sessions(1, 2), 2, 'two at most');
select is(public.archive_old_sessions(1, 2), 1, 'then the rest');
select is(
  tests.error_of(format('select public.archive_old_sessions(%s, %s)', a.days, a.row_limit)),
  'PT400 INVALID_ARGUMENT', 'days ' || a.days || ', limit ' || a.row_limit
)
from (
  values ('0', '1'), ('36501', '1'), ('null', '1'), ('1', '0'), ('1', '100001'), ('1', 'null')
) as a (days, row_limit);

select * from finish();
rollback;
