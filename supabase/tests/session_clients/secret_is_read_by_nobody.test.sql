begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(4);

select tests.visit(1);
create function pg_temp.read_by(p_actor text)
returns text
language plpgsql
as $$
declare
  v_answer text;
begin
  perform tests.act_as(p_actor);
  v_answer := tests.error_of('select secret_hash from public.session_clients');
  perform tests.act_as('postgres');
  return v_answer;
end
$$;
select is(pg_temp.read_by(a.actor), '42501', 'by ' || a.actor)
from unnest(array['anon', 'owner', 'service_role', 'analyst']) as a (actor);

select * from finish();
rollback;
