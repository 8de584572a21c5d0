begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(3);

-- The strings of the first array in a function's body.
create function tests.first_array_of(p_function text)
returns table (name text)
language sql
stable
as $$
  select m.name[1]
  from tests.functions as f
  cross join regexp_matches(
    substring(f.body from 'array\[(\s*''[^]]*)\]'), '''([^'']+)''', 'g'
  ) as m (name)
  where f.function = p_function
$$;
create view tests.sent as
select c.name
from tests.columns as c
where c.relation = 'public.conversation_messages'
  and has_column_privilege('authenticated', c.relation_id, c.position, 'insert');

select set_eq(
  $$ select name from tests.first_array_of('private.write_messages') $$,
  $$ select name from tests.sent union all select 'parent' $$,
  'append_messages and import_messages take the columns of a plain insert, and parent'
);
-- Whether the hash sees a column: a message with a value in it against the same without.
create view tests.hashed as
select c.name
from tests.columns as c
join pg_attribute as a on a.attrelid = c.relation_id and a.attnum = c.position
join pg_type as t on t.oid = a.atttypid
cross join lateral (
  select
    case
      when t.typtype = 'e' then (
        select to_jsonb(e.enumlabel)
        from pg_enum as e
        where e.enumtypid = t.oid
        order by e.enumsortorder desc
        limit 1
      )
      when t.typname = 'jsonb' then '[7]'
      when t.typname in ('int4', 'numeric') then '7'
      when t.typname = 'uuid' then to_jsonb(tests.id_of('nothing'))
      when t.typname = 'timestamptz' then to_jsonb(now())
      when t.typname = 'bytea' then '"\\x07"'
      else '"seven"'
    end as value
) as v
where c.relation = 'public.conversation_messages'
  and private.message_request_hash(
    jsonb_populate_record(
      null::public.conversation_messages, jsonb_build_object('role', 'user', c.name, v.value)
    )
  ) <> private.message_request_hash(
    jsonb_populate_record(null::public.conversation_messages, '{"role": "user"}')
  );
-- id, session, brand and user say where a message goes; the rest of what is sent is its body.
select set_eq(
  'select name from tests.hashed',
  $$
    select s.name
    from tests.sent as s
    where s.name not in ('id', 'session_id', 'brand_id', 'user_id')
  $$,
  'the request hash covers what is sent, and nothing that the database adds'
);
select set_eq(
  $$
    select c.name
    from tests.columns as c
    where c.relation = 'public.conversation_messages'
      and has_column_privilege('service_role', c.relation_id, c.position, 'insert')
  $$,
  'select name from tests.sent',
  'the server sends the same columns'
);

select * from finish();
rollback;
