begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
\ir ../_fixtures/doctor.psql
select plan(7);

select is(tests.failing(true), 'well', 'as installed');

select tests.work();
select tests.act_as('owner');
select public.edit_message(tests.m(1), 'another');
select tests.act_as('postgres');
delete from public.conversation_messages where id = tests.m(3);
select is(tests.failing(true), 'well', 'with messages, turns, a branch and a deleted message');
select public.merge_usage();
select is(tests.failing(true), 'well', 'and with the ledger merged');

select tests.act_as('service_role');
select is(tests.failing(true), 'well', 'as the server sees it');
select tests.act_as('postgres');

-- A hold is on a session, a user or a brand, and an owner read a session that went to somebody else since.
select public.set_legal_hold('Case 4711', p_session_id => tests.s(1));
select public.read_session_as_admin(tests.s(1), 'Abuse report 42');
update public.conversation_sessions set user_id = tests.id_of('other') where id = tests.s(1);
select is(tests.failing(true), 'well', 'under a hold, and read by somebody');

-- A transaction that may not write.
create function tests.read_only()
returns text
language plpgsql
as $$
begin
  perform set_config('transaction_read_only', 'on', true);
  perform tests.failing(true);
  raise exception 'read';
exception when others then
  return sqlerrm;
end
$$;
select is(tests.read_only(), 'read', 'it writes nothing');

select is(
  (select string_agg(c.check, ' ' order by c.check) from public.store_doctor(null) as c),
  (select string_agg(d.name, ' ' order by d.name) from private.doctor_checks() as d
   where d.reads in ('objects', 'upkeep')),
  'without p_deep each cheap check has a row'
);

select * from finish();
rollback;
