begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(4);

-- PostgREST writes the message raw into the HTTP status line.
select is_empty(
  $$
    select e.code, e.sqlstate, e.message, e.hint
    from private.error_codes() as e
    where e.message !~ '^[\x20-\x7e]+$' or e.hint !~ '^[\x20-\x7e]+$'
      or e.sqlstate !~ '^PT4[0-9]{2}$' or e.code !~ '^[A-Z]+(_[A-Z]+)*$'
  $$,
  'every message and hint is printable ASCII, every code PT4xx'
);
select is_empty(
  'select code from private.error_codes() group by code having count(*) > 1', 'codes are unique'
);
create function tests.raised(p_code text, p_hint text)
returns text
language plpgsql
as $$
declare
  v_state text;
  v_message text;
  v_detail text;
  v_hint text;
begin
  perform private.raise_error(p_code, p_hint);
  return 'nothing';
exception
  when others then
    get stacked diagnostics
      v_state = returned_sqlstate, v_message = message_text, v_detail = pg_exception_detail,
      v_hint = pg_exception_hint;
    return concat_ws(' | ', v_state, v_message, v_detail, v_hint);
end
$$;
select set_eq(
  'select tests.raised(e.code, null) from private.error_codes() as e',
  $$
    select concat_ws(' | ', e.sqlstate, e.message, e.code, e.hint)
    from private.error_codes() as e
  $$,
  'raise_error says what the registry says'
);
select set_eq(
  $$ select tests.raised(e.code, 'Another way.') from private.error_codes() as e $$,
  $$
    select concat_ws(' | ', e.sqlstate, e.message, e.code, 'Another way.')
    from private.error_codes() as e
  $$,
  'a hint of the call stands in for the registered one, and changes nothing else'
);

select * from finish();
rollback;
