begin;
\ir ../_shared/setup.psql
select plan(6);

-- The whole answer, so that not even a text tells the two apart.
create function tests.full_error_of(p_sql text)
returns text
language plpgsql
as $$
declare
  v_state text;
  v_message text;
  v_detail text;
  v_hint text;
begin
  execute p_sql;
  return 'ok';
exception
  when others then
    get stacked diagnostics
      v_state = returned_sqlstate, v_message = message_text, v_detail = pg_exception_detail,
      v_hint = pg_exception_hint;
    return concat_ws(' | ', v_state, v_message, v_detail, v_hint);
end
$$;
create table tests.tries (name text primary key, statement text not null);
grant select on tests.tries to authenticated;
insert into tests.tries (name, statement)
values
  ('a session', 'insert into public.conversation_sessions (brand_id) values (%L)'),
  ('a session by rpc', 'select public.create_conversation_session(p_brand_id => %L)'),
  (
    'joining',
    'insert into public.brand_members (brand_id, user_id) values (%L, tests.id_of(''owner''))'
  );

select tests.act_as('owner');
select is(
  tests.full_error_of(format(t.statement, tests.id_of('other_brand'))),
  tests.full_error_of(format(t.statement, tests.id_of('nothing'))),
  t.name || ' tells nothing about a brand of others'
)
from tests.tries as t;
select isnt(
  tests.full_error_of(format(t.statement, tests.id_of('other_brand'))),
  'ok',
  t.name || ' is refused'
)
from tests.tries as t;

select * from finish();
rollback;
