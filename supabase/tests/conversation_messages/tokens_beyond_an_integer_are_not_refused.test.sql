begin;
\ir ../_shared/setup.psql
select plan(2);

select tests.new_session('owner') as session_id into temporary fixture;
grant select on fixture to service_role;
select tests.act_as('service_role');
insert into public.conversation_messages (session_id, role, content, input_tokens, output_tokens)
select f.session_id, 'assistant', 'a', 2147483647, 2147483647
from fixture as f;
select is(
  (select m.tokens_used from public.conversation_messages as m), 2147483647,
  'the sum stops at the end of an integer'
);
update public.conversation_messages set output_tokens = 1;
select is(
  (select m.tokens_used from public.conversation_messages as m), 2147483647,
  'a correction of its parts is taken too'
);

select * from finish();
rollback;
