begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
select plan(9);

select tests.start(1), tests.start(2), tests.start(3, 'other');
select tests.act_as('owner');
select tests.fill(1, 2);
select tests.file(1, 1, 'a', 1);
create function pg_temp.again(p_column text, p_value text)
returns text
language sql
as $$
  select tests.error_of(
    format(
      $q$
        insert into public.attachments
          (id, session_id, message_id, name, size_bytes, mime_type, sha256)
        select r.id, r.session_id, r.message_id, r.name, r.size_bytes, r.mime_type, r.sha256
        from jsonb_populate_record(
          null::public.attachments,
          jsonb_build_object(
            'id', %L::text, 'session_id', %L::text, 'message_id', %L::text, 'name', 'a.txt',
            'size_bytes', 3, 'mime_type', 'text/plain', 'sha256', %L::text
          ) || jsonb_build_object(%L::text, %L::text)
        ) as r
      $q$,
      tests.a(1), tests.s(1), tests.m(1), tests.hash('a'), p_column, p_value
    )
  )
$$;
select is(pg_temp.again('name', 'a.txt'), 'ok', 'the same body');
select is(
  pg_temp.again(c.name, c.value), 'PT409 IDEMPOTENCY_MISMATCH', 'another ' || c.name
)
from (
  values
    ('session_id', tests.s(2)::text), ('message_id', tests.m(2)::text), ('message_id', null),
    ('name', 'b.txt'), ('size_bytes', '4'), ('mime_type', 'text/html'), ('sha256', tests.hash('b'))
) as c (name, value);
select tests.act_as('other');
select is(
  tests.attach(1, 3, 'a'), 'PT409 IDEMPOTENCY_MISMATCH',
  'a key of somebody else is taken, like the id of a message'
);

select * from finish();
rollback;
