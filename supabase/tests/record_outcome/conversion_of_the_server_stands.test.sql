begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(12);

select tests.visit(1), tests.start(2), tests.start(3);
create function pg_temp.conversion(p_secret text, p_value numeric default null, p_type text default null)
returns text
language sql
as $$
  select
    concat_ws(
      ' ', o.conversion_occurred, trim_scale(o.conversion_value_usd), o.reported_by, o.query_type
    )
  from public.record_outcome(
    p_session_token => 'chat-1', p_session_secret => p_secret, p_conversion_value_usd => p_value,
    p_conversion_occurred => p_value > 0, p_query_type => p_type
  ) as o
$$;
select tests.act_as('service_role');
select is(pg_temp.conversion(tests.secret(1), null, 'order'), 'f order', 'nobody says so');
select is(pg_temp.conversion(tests.secret(1), 1), 't 1 visitor order', 'a visitor does');
select is(pg_temp.conversion(null, 2), 't 2 service_role order', 'the server knows better');
select is(pg_temp.conversion(tests.secret(1), 3), 't 2 service_role order', 'and is not overruled');
select is(
  pg_temp.conversion(tests.secret(1), 0, 'refund'), 't 2 service_role refund', 'the rest is changed'
);
select is(pg_temp.conversion(null, 4.00000000000000000000049), 't 4 service_role refund', 'but by itself');
select tests.act_as('owner');
select is(
  (select reported_by::text from public.record_outcome(tests.s(2), p_conversion_occurred => true)),
  'authenticated', 'users say so themselves'
);

create function pg_temp.recorded(p_arguments text)
returns text
language plpgsql
as $$
declare
  v_outcome public.session_outcomes;
begin
  execute format('select (public.record_outcome(tests.s(3), %s)).*', p_arguments) into v_outcome;
  return concat_ws(
    ' ', v_outcome.conversion_occurred, trim_scale(v_outcome.conversion_value_usd), v_outcome.reported_by,
    v_outcome.query_type
  );
end
$$;
select is(
  pg_temp.recorded('p_conversion_value_usd => 999999'), 'f 999999 authenticated', 'a value that a user claims'
);
select tests.act_as('service_role');
select is(
  pg_temp.recorded('p_query_type => ''order'''), 'f 999999 authenticated order',
  'stays theirs when the server reports something else'
);
select is(
  pg_temp.recorded('p_conversion_occurred => true'), 't service_role order',
  'and goes when it confirms without one'
);
select is(
  pg_temp.recorded('p_conversion_value_usd => 7'), 't 7 service_role order', 'the server adds its own'
);
select is(
  pg_temp.recorded('p_conversion_occurred => true'), 't 7 service_role order', 'which then stays'
);

select * from finish();
rollback;
