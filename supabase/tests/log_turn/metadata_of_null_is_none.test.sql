begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.turn(p_n integer, p_more text)
returns text
language plpgsql
as $$
declare
  v_answer text;
  v_detail text;
begin
  execute format(
    'select concat_ws(%L, metadata, inserted) from public.log_turn(%L, %L, %L, %L %s)
     where role = %L', ' ', tests.s(1), tests.m(p_n), 'q', 'a', p_more, 'assistant'
  ) into v_answer;
  return v_answer;
exception
  when sqlstate 'PT409' then
    get stacked diagnostics v_detail = pg_exception_detail;
    return v_detail;
end
$$;
select is(pg_temp.turn(1, ', p_metadata => null'), '{} t', 'null');
select is(pg_temp.turn(2, ''), '{} t', 'left out');
select is(pg_temp.turn(1, ''), '{} f', 'is the same');

select * from finish();
rollback;
