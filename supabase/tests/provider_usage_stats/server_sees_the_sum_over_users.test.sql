begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(4);

select tests.work();
create table tests.seen (
  provider text, model_used text, request_count bigint, total_tokens bigint, total_cost_usd numeric
);
grant all on tests.seen to authenticated, service_role;
create function pg_temp.look()
returns text
language plpgsql
as $$
declare
  v_actor text;
  v_found text;
begin
  perform tests.act_as('postgres');
  delete from tests.seen;
  foreach v_actor in array array['owner', 'other', 'brand_owner'] loop
    perform tests.act_as(v_actor);
    insert into tests.seen
    select p.provider, p.model_used, p.request_count, p.total_tokens, p.total_cost_usd
    from public.provider_usage_stats as p;
  end loop;
  perform tests.act_as('service_role');
  select
    concat_ws(' ', count(*), count(*) filter (where s.line = p.line))
  into v_found
  from (
    select
      row(s.provider, s.model_used, sum(s.request_count), sum(s.total_tokens), sum(s.total_cost_usd))::text
    from tests.seen as s
    group by s.provider, s.model_used
  ) as s (line)
  full join (
    select
      row(p.provider, p.model_used, p.request_count, p.total_tokens, p.total_cost_usd)::text
    from public.provider_usage_stats as p
  ) as p (line) on p.line = s.line;
  perform tests.act_as('postgres');
  return v_found;
end
$$;
select is(pg_temp.look(), '3 3', 'each provider and model of service_role adds up those of the users');
select public.merge_usage();
select is(pg_temp.look(), '3 3', 'merged');
select tests.act_as('owner');
delete from public.conversation_messages where provider = 'acme';
select is(pg_temp.look(), '3 3', 'with deleted messages');
select tests.act_as('service_role');
select public.record_usage(tests.m(301), tests.id_of('owner'), p_provider => 'more', p_cost_usd => 1);
select is(pg_temp.look(), '4 4', 'and usage without a message');

select * from finish();
rollback;
