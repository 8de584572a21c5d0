begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/doctor.psql
select plan(6);

create function tests.answer_to(p_actor text, p_sql text)
returns text
language plpgsql
as $$
declare
  v_answer text;
begin
  perform tests.act_as(p_actor);
  v_answer := tests.error_of(p_sql);
  perform tests.act_as('postgres');
  return v_answer;
end
$$;
select is(tests.answer_to('owner', 'select public.store_doctor()'), '42501', 'not for users');
select is(tests.answer_to('anon', 'select public.store_doctor()'), '42501', 'not for anon');
select is(tests.answer_to('analyst', 'select public.store_doctor()'), '42501', 'not for analysts');
select is(
  tests.answer_to('service_role', 'select private.remember_objects()'), '42501',
  'and the server does not say what is right'
);

grant execute on function public.store_doctor(boolean) to authenticated;
select is(
  tests.answer_to('brand_owner', 'select public.store_doctor()'), 'PT403 FORBIDDEN',
  'it checks its caller itself'
);
select tests.act_as('service_role');
select matches(
  tests.failing(),
  '^grants: not Turnbase''s: execute on function public\.store_doctor\(boolean\) to authenticated\. ',
  'and says that it had to'
);

select * from finish();
rollback;
