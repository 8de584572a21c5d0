begin;
\ir ../_shared/setup.psql
select plan(3);

create temp table made (id uuid);
grant all on table made to authenticated;
select tests.act_as('owner');
insert into made select id from public.create_conversation_session(p_idempotency_key => 'key');
select tests.act_as('other');
insert into made select id from public.create_conversation_session(p_idempotency_key => 'key');
insert into made
select id
from public.create_conversation_session(p_title => 'body', p_idempotency_key => 'key 2');
select is((select count(distinct id) from made), 3::bigint, 'each got a session');
select is(
  (select count(*) from public.conversation_sessions), 2::bigint, 'the second user has two of them'
);
select tests.act_as('owner');
select is(
  tests.error_of($$
    select public.create_conversation_session(p_idempotency_key => 'key 2')
  $$), 'ok', 'the other body of somebody else''s key is no mismatch'
);

select * from finish();
rollback;
