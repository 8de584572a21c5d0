begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/embeddings.psql
select plan(24);

select tests.start(1), tests.start(2);
select tests.fill(1, 2);
select tests.embed(1, tests.v(1));
select is(tests.error_of(format('update %s', c.change)), c.expected, c.change)
from (
  values
    ('public.message_embeddings set model = repeat(''x'', 200)', 'ok'),
    ('public.message_embeddings set model = repeat(''x'', 201)', '23514'),
    ('public.message_embeddings set model = ''''', '23514'),
    ('public.message_embeddings set dimensions = 383', '23514'),
    ('public.message_embeddings set content_hash = ''x''', '23514'),
    (
      'public.message_embeddings set embedding = array_fill(1, array[383])::extensions.halfvec', '22000'
    ),
    (
      'public.message_embeddings set embedding = array_fill(0, array[384])::extensions.halfvec', '23514'
    ),
    ('private.embedding_queue set attempts = -1', '23514'),
    ('private.embedding_queue set last_error = repeat(''x'', 200)', 'ok'),
    ('private.embedding_queue set last_error = repeat(''x'', 201)', '23514'),
    ('private.embedding_settings set exact_up_to = -1', '23514'),
    ('private.embedding_settings set exact_up_to = 1000001', '23514'),
    ('private.embedding_settings set is_only_row = false', '23514'),
    ('private.embedding_settings set model = repeat(''x'', 200)', 'ok'),
    ('private.embedding_settings set model = repeat(''x'', 201)', '23514'),
    ('private.embedding_settings set model = ''''', '23514'),
    ('private.embedding_settings set model = null', '23514'),
    ('private.embedding_settings set model = null, is_enabled = false', 'ok')
) as c (change, expected);
select is(
  tests.error_of('insert into private.embedding_settings default values'), '23505', 'one row of settings'
);
select is(
  tests.error_of(format('insert into private.embedding_queue (message_id) values (%L)', i.id)),
  i.expected, i.name
)
from (
  values
    (tests.m(1), '23505', 'a message is queued once'),
    (tests.id_of('nothing'), '23503', 'and is there')
) as i (id, expected, name);
select is(
  tests.error_of('select tests.embed(1, tests.v(1), repeat(''x'', 200))'), '23505',
  'it has one vector of a model'
);
select is(
  tests.error_of('select tests.embed(1, tests.v(1), ''other'')'), 'ok', 'and may have one of another'
);
select is(
  tests.error_of(
    format('update public.message_embeddings set session_id = %L where model = ''other''', tests.s(2))
  ), '23503', 'in the session of the message'
);

select * from finish();
rollback;
