begin;
\ir ../_shared/setup.psql
select plan(5);

create function tests.raised(p_code text, p_hint text default null)
returns text
language plpgsql
as $$
declare
  v_state text;
  v_detail text;
  v_hint text;
begin
  perform private.raise_error(p_code, p_hint);
  return 'ok';
exception
  when others then
    get stacked diagnostics
      v_state = returned_sqlstate, v_detail = pg_exception_detail, v_hint = pg_exception_hint;
    return v_state || ' ' || v_detail || ' ' || v_hint;
end
$$;
select tests.act_as('owner');
select results_eq(
  $$ select code, sqlstate from private.error_codes() order by code $$,
  $$
    values
      ('BRAND_NOT_FOUND', 'PT404'), ('BUDGET_EXCEEDED', 'PT402'),
      ('DELTA_OUT_OF_SEQUENCE', 'PT409'), ('FILE_IN_DELETION', 'PT409'),
      ('FORBIDDEN', 'PT403'), ('HOLD_NOT_FOUND', 'PT404'),
      ('IDEMPOTENCY_MISMATCH', 'PT409'), ('ILLEGAL_TRANSITION', 'PT409'),
      ('INVALID_ARGUMENT', 'PT400'), ('LAST_OWNER', 'PT409'),
      ('LEGAL_HOLD', 'PT409'), ('MESSAGE_NOT_FOUND', 'PT404'),
      ('RATE_LIMITED', 'PT429'), ('RESERVATION_CLOSED', 'PT409'),
      ('RESERVATION_NOT_FOUND', 'PT404'), ('SESSION_CLOSED', 'PT409'), ('SESSION_EXISTS', 'PT409'),
      ('SESSION_NOT_FOUND', 'PT404'), ('STREAM_RUNNING', 'PT409'),
      ('TOO_LARGE', 'PT413'), ('UNAUTHENTICATED', 'PT401'),
      ('USER_NOT_FOUND', 'PT404')
  $$, 'the codes and their statuses'
);
select is(
  (select count(*) from private.error_codes() as e
  where tests.raised(e.code) <> e.sqlstate || ' ' || e.code || ' ' || e.hint), 0::bigint,
  'each is raised with its status, code and hint'
);
select is(
  tests.raised('TOO_LARGE', 'Do this.'), 'PT413 TOO_LARGE Do this.', 'or a hint of the call'
);
select is(
  tests.error_of($$ select private.raise_error('NO_SUCH_CODE') $$), 'P0002', 'an unknown code'
);
select is(
  (select count(*) from private.error_codes() where message !~ '^[ -~]+$'), 0::bigint,
  'messages are printable ASCII: they go into the HTTP status line'
);

select * from finish();
rollback;
