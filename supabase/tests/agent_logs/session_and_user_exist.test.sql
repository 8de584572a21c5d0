begin;
\ir ../_shared/setup.psql
select plan(4);

select tests.act_as('service_role');
select is(
  tests.error_of(format(
    'insert into public.agent_logs (%s, log_type, created_at) values (%L, %L, %L)',
    c.name, tests.id_of('nothing'), 'trace', a.at
  )),
  '23503', format('no unknown %s at %s', c.name, a.at)
)
from (values ('session_id'), ('user_id')) as c (name)
cross join (values (now()), ('1999-01-01')) as a (at);

select * from finish();
rollback;
