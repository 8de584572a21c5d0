begin;
\ir ../_shared/setup.psql
select plan(7);

select tests.act_as('owner');
select is(
  tests.error_of($$ select public.create_conversation_session(p_title => repeat('x', 201)) $$),
  'PT413 TOO_LARGE', 'title'
);
select is(
  tests.error_of($$ select public.create_conversation_session(p_title => repeat('é', 200)) $$),
  'ok', 'a title of 200 characters'
);
select is(
  tests.error_of($$
    select public.create_conversation_session(p_description => repeat('x', 1048577))
  $$), 'PT413 TOO_LARGE', 'description'
);
select is(
  tests.error_of($$
    select public.create_conversation_session(
      p_context => jsonb_build_object('a', repeat('x', 262136))
    )
  $$), 'PT413 TOO_LARGE', 'context'
);
select is(
  tests.error_of($$
    select public.create_conversation_session(
      p_settings => jsonb_build_object('a', repeat('x', 262136))
    )
  $$), 'PT413 TOO_LARGE', 'settings'
);
select is(
  tests.error_of($$
    select public.create_conversation_session(
      p_metadata => jsonb_build_object('a', repeat('x', 262136)), p_idempotency_key => 'k'
    )
  $$), 'PT413 TOO_LARGE', 'metadata, with a key'
);
select is(
  (select count(*) from public.conversation_sessions where title is null), 0::bigint,
  'nothing was written'
);

select * from finish();
rollback;
