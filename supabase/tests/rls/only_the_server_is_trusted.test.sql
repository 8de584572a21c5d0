begin;
\ir ../_shared/setup.psql
select plan(5);

create function tests.is_trusted(p_actor text)
returns text
language plpgsql
as $$
declare
  v_answer text;
begin
  perform tests.act_as(p_actor);
  -- Planned anew each time, for the rights of this actor.
  execute 'select private.is_trusted_caller()' into v_answer;
  return v_answer;
exception
  when insufficient_privilege then
    return 'refused';
end
$$;

select is(tests.is_trusted('service_role'), 'true', 'service_role is trusted');
select is(tests.is_trusted('postgres'), 'true', 'the owner of the schema is trusted');
select is(tests.is_trusted('brand_owner'), 'false', 'a signed-in user is not');
select is(tests.is_trusted('anon'), 'refused', 'anon cannot ask');
select is(tests.is_trusted('analyst'), 'refused', 'nor can an analyst');

select * from finish();
rollback;
