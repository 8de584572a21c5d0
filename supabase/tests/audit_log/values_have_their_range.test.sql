begin;
\ir ../_shared/setup.psql
select plan(12);

-- A first row, and the keys of two people.
insert into public.legal_holds (user_id, reason, released_at, release_reason)
values (tests.id_of('owner'), 'x', now(), 'x');
insert into private.subject_keys (user_id) values (tests.id_of('other'));
insert into private.audit_reasons values (1, tests.id_of('other'), gen_random_uuid(), 'x');
create function tests.receipt()
returns public.erasure_receipts
language sql
as $$
  select row(
    tests.id_of('nothing'), null, now(), 0, '{}', 0, 1, 'x'
  )::public.erasure_receipts
$$;
select is(tests.error_of(c.statement), c.expected, c.statement)
from (
  values
    ('insert into public.audit_log select * from public.audit_log', '23505'),
    ('insert into private.subject_keys (user_id) values (tests.id_of(''owner''))', '23505'),
    ('insert into private.subject_keys (user_id) values (tests.id_of(''nothing''))', '23503'),
    ('insert into private.audit_head (id, hash) values (0, '''')', '23505'),
    ('insert into private.audit_head (is_only_row, id, hash) values (false, 0, '''')', '23514'),
    ('insert into private.audit_reasons select * from private.audit_reasons', '23505'),
    (
      'insert into private.audit_reasons values (7, tests.id_of(''owner''), gen_random_uuid(), ''x'')',
      '23503'
    ),
    ('update private.audit_reasons set user_id = tests.id_of(''nothing'')', '23503'),
    ('insert into public.erasure_receipts select r.* from tests.receipt() as r', 'ok'),
    ('insert into public.erasure_receipts select r.* from tests.receipt() as r', '23505')
) as c (statement, expected);

select is(
  (select length(k.key) from private.subject_keys as k where k.user_id = tests.id_of('owner')), 32,
  'a key has 32 bytes'
);
delete from auth.users where id = tests.id_of('other');
select is(
  (select count(*) from private.audit_reasons)
  + (select count(*) from private.subject_keys where user_id = tests.id_of('other')),
  0::bigint, 'the key of a person, and why their sessions were read, go with them'
);

select * from finish();
rollback;
