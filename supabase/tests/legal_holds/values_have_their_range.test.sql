begin;
\ir ../_shared/setup.psql
select plan(18);

create table tests.sessions as select tests.new_session('owner') as id;
select is(
  tests.error_of(
    format('insert into public.legal_holds (%s) values (%s)', c.columns, c.given)
  ),
  c.expected, c.columns || ': ' || left(c.given, 60)
)
from (
  values
    ('user_id, reason', $$ tests.id_of('owner'), 'x' $$, 'ok'),
    ('user_id, reason', $$ tests.id_of('owner'), repeat('é', 1000) $$, 'ok'),
    ('user_id, reason', $$ tests.id_of('owner'), repeat('x', 1001) $$, '23514'),
    ('user_id, reason', $$ tests.id_of('owner'), '' $$, '23514'),
    ('user_id, reason', $$ tests.id_of('nothing'), 'x' $$, '23503'),
    ('session_id, reason', $$ (select s.id from tests.sessions as s), 'x' $$, 'ok'),
    ('session_id, reason', $$ tests.id_of('nothing'), 'x' $$, '23503'),
    ('brand_id, reason', $$ tests.id_of('brand'), 'x' $$, 'ok'),
    ('brand_id, reason', $$ tests.id_of('nothing'), 'x' $$, '23503'),
    ('reason', $$ 'x' $$, '23514'),
    ('user_id, brand_id, reason', $$ tests.id_of('owner'), tests.id_of('brand'), 'x' $$, '23514'),
    ('user_id, reason, released_at', $$ tests.id_of('owner'), 'x', now() $$, '23514'),
    ('user_id, reason, release_reason', $$ tests.id_of('owner'), 'x', 'y' $$, '23514'),
    (
      'user_id, reason, released_at, release_reason',
      $$ tests.id_of('owner'), 'x', now(), repeat('y', 1001) $$, '23514'
    ),
    (
      'user_id, reason, released_at, release_reason',
      $$ tests.id_of('other'), 'x', now(), repeat('y', 1000) $$, 'ok'
    )
) as c (columns, given, expected);
select is(
  tests.error_of('insert into public.legal_holds select * from public.legal_holds limit 1'), '23505',
  'ids are unique'
);

-- Once they have ended, they go with what they held.
update public.legal_holds set released_at = now(), release_reason = 'x' where released_at is null;
delete from public.conversation_sessions;
delete from public.brands where id = tests.id_of('brand');
delete from auth.users where id = tests.id_of('other');
select is(
  (select count(*) from public.legal_holds where user_id is distinct from tests.id_of('owner')),
  0::bigint, 'those of a session, a brand and a user go with it'
);
select isnt_empty('select 1 from public.legal_holds', 'and no others');

select * from finish();
rollback;
