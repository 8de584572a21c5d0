begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(9);

select is(
  encode(private.hmac_sha256('Jefe', 'what do ya want for nothing?'), 'hex'),
  '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843', 'HMAC of RFC 4231, case 2'
);
select is(
  encode(private.hmac_sha256(decode(repeat('aa', 131), 'hex'),
    'Test Using Larger Than Block-Size Key - Hash Key First'), 'hex'),
  '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54', 'and case 6'
);
select tests.start(1, 'owner', 'brand');
insert into public.conversation_messages (session_id, role, content) values (tests.s(1), 'user', 'secret');
select tests.act_as('brand_owner');
select public.read_session_as_admin(tests.s(1), 'Because of Zebrafink');
select public.read_session_as_admin(tests.s(1), 'Because of Zebrafink');
select tests.act_as('postgres');
select is(
  (
    select concat_ws(' ', count(*), count(distinct actor), count(distinct subject),
      bool_and(actor <> subject))
    from public.audit_log
  ), '2 1 1 t', 'the same person has the same name'
);
select is_empty(
  $$
    select 1 from public.audit_log as l
    where l::text like '%' || tests.id_of('owner') || '%'
      or l::text like '%' || tests.id_of('brand_owner') || '%'
      or l::text like '%' || tests.s(1) || '%' or l::text ~* 'zebrafink|secret'
  $$, 'no id, no session, no reason, no content'
);
select is(
  (select count(*) from public.audit_log where subject = private.pseudonym(tests.id_of('owner'))), 2::bigint,
  'who has the key finds the rows of a person'
);
select results_eq(
  'select reason, session_id from private.audit_reasons',
  'select ''Because of Zebrafink'', tests.s(1) from generate_series(1, 2)',
  'reasons stand apart'
);
select public.erase_user_data(tests.id_of('owner'));
select is(private.pseudonym(tests.id_of('owner')), null, 'once erased, nobody has it');
select is((select count(*) from private.audit_reasons), 0::bigint, 'the reasons are gone');
select is((select ok from public.verify_audit_chain()), true, 'and the chain is whole');

select * from finish();
rollback;
