begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(7);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.sent(p_element jsonb)
returns text
language sql
as $$ select tests.append_error(1, jsonb_build_array(tests.msg(1), p_element)) $$;
select is(pg_temp.sent('"a"'), 'PT400 INVALID_ARGUMENT', 'a string');
select is(pg_temp.sent('null'), 'PT400 INVALID_ARGUMENT', 'a null');
select is(pg_temp.sent('[]'), 'PT400 INVALID_ARGUMENT', 'an array');
select is(pg_temp.sent('{}'), 'PT400 INVALID_ARGUMENT', 'an empty object');
select is(
  (
    select string_agg(k, ', ' order by k)
    from unnest(
      array[
        'sequence_order', 'created_at', 'edited_at', 'imported_at', 'status', 'cost_source', 'reported_by',
        'price_id', 'request_hash', 'inserted', 'Role', 'contents', ''
      ]
    ) as k
    where pg_temp.sent(tests.msg(2, jsonb_build_object(k, null))) <> 'PT400 INVALID_ARGUMENT'
  ), null, 'a key that is no insertable column, though it is null'
);
select is(tests.counters_of(1), 'messages 0, tokens 0, cost 0, last 0', 'nothing was written');
select is(
  pg_temp.sent(
    tests.msg(2, jsonb_build_object('brand_id', tests.id_of('nothing'), 'user_id', null))
  ), 'ok', 'user_id and brand_id may be there, and are ignored'
);

select * from finish();
rollback;
