begin;
\ir ../_shared/setup.psql
select plan(3);

select results_eq(
  $$
    select from_state::text, string_agg(to_state::text, ' ' order by to_state)
    from private.session_transitions
    group by from_state
    order by session_transitions.from_state
  $$,
  $$
    values
      ('initial', 'gathering clarifying planning executing delivered cancelled'),
      ('gathering', 'clarifying planning executing delivered cancelled'),
      ('clarifying', 'gathering planning executing delivered cancelled'),
      ('planning', 'gathering clarifying awaiting_approval executing delivered cancelled'),
      ('awaiting_approval', 'clarifying planning executing delivered cancelled'),
      ('executing', 'clarifying planning awaiting_approval reviewing delivered cancelled'),
      ('reviewing', 'clarifying planning executing delivered cancelled'),
      ('delivered', 'gathering'),
      ('cancelled', 'gathering')
  $$, 'out of each state'
);
select is(
  tests.error_of($$ insert into private.session_transitions values ('initial', 'gathering') $$),
  '23505', 'a move stands once'
);
select is(
  (
    select array_agg(attname::text order by attname)
    from pg_attribute
    where attrelid = 'private.session_transitions'::regclass and attnum > 0 and attnotnull
  ), array['from_state', 'to_state'], 'both are needed'
);

select * from finish();
rollback;
