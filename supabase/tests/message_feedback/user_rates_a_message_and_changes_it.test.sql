begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(14);

select tests.start(1);
select tests.fill(1, 2);
select tests.act_as('owner');
-- As PostgREST writes an upsert: every column that was sent, the key too.
create function pg_temp.rate(p_message integer, p_rating text, p_comment text)
returns text
language sql
as $$
  select tests.error_of(format(
    'insert into public.message_feedback (message_id, rating, reason, comment) values (%L, %L, %L, %L)
     on conflict (message_id, user_id) do update set
       message_id = excluded.message_id, rating = excluded.rating, reason = excluded.reason,
       comment = excluded.comment',
    tests.m(p_message), p_rating, 'incorrect', p_comment
  ))
$$;
select is(pg_temp.rate(1, 'up', null), 'ok', 'a rating');
select is(
  (select row(f.user_id, f.session_id)::text from public.message_feedback as f),
  row(tests.id_of('owner'), tests.s(1))::text, 'of the user, in the message''s session'
);
select is(pg_temp.rate(1, 'down', 'No.'), 'ok', 'rated again');
select results_eq(
  'select rating::text, reason, comment from public.message_feedback',
  $$ values ('down', 'incorrect', 'No.') $$, 'it is changed'
);
select is(
  tests.error_of(format('insert into public.message_feedback (message_id, rating) values (%L, %L)',
    tests.m(1), 'up')), '23505', 'a plain insert finds it there'
);
select is(
  tests.error_of(format('update public.message_feedback set message_id = %L', tests.m(2))),
  'PT400 INVALID_ARGUMENT', 'it keeps its message'
);
delete from public.message_feedback;
select is(pg_temp.rate(1, 'up', null), 'ok', 'taken back, it can be given anew');

-- What came with a rating goes with it, but for what the next one sends, new or not.
create function pg_temp.changed(p_columns text, p_values text)
returns text
language plpgsql
as $$
declare
  v_feedback text;
begin
  update public.message_feedback set rating = 'down', reason = 'incorrect', comment = 'It is 1969.';
  execute format(
    'insert into public.message_feedback (message_id, rating%1$s) values (%2$L, %3$s)
     on conflict (message_id, user_id) do update set
       message_id = excluded.message_id, rating = excluded.rating%4$s',
    p_columns, tests.m(1), p_values,
    regexp_replace(p_columns, ', (\w+)', ', \1 = excluded.\1', 'g')
  );
  select format('%s %s %s', f.rating, f.reason, f.comment) into v_feedback from public.message_feedback as f;
  return v_feedback;
end
$$;
select is(pg_temp.changed(c.columns, c.given), c.expected, c.expected || ': ' || c.given)
from (
  values
    ('', $$ 'up' $$, 'up  '),
    (', comment', $$ 'up', 'Thanks.' $$, 'up  Thanks.'),
    (', reason', $$ 'up', 'incorrect' $$, 'up incorrect '),
    (', comment', $$ 'up', 'It is 1969.' $$, 'up  It is 1969.'),
    (', reason, comment', $$ 'up', null, 'It is 1969.' $$, 'up  It is 1969.'),
    ('', $$ 'down' $$, 'down incorrect It is 1969.'),
    (', comment', $$ 'down', 'It is 1970.' $$, 'down incorrect It is 1970.')
) as c (columns, given, expected);

select * from finish();
rollback;
