begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(2);

select tests.visit(n) from generate_series(1, 3) as n;
update public.session_clients
set device_type = (case when session_token = 'chat-1' then 'mobile' else 'desktop' end)::public.device_type;
create function pg_temp.devices_for(p_actor text)
returns text
language plpgsql
as $$
declare
  v_answer text;
begin
  perform tests.act_as(p_actor);
  execute $q$
    select string_agg(concat_ws(' ', d.device_type, d.chats), ', ' order by d.device_type)
    from (
      select c.device_type, count(*) as chats
      from public.session_clients as c
      group by c.device_type
    ) as d
  $q$ into v_answer;
  perform tests.act_as('postgres');
  return v_answer;
end
$$;
select is(pg_temp.devices_for('analyst'), 'mobile 1, desktop 2', 'of everybody');
select is(pg_temp.devices_for('owner'), null, 'users see those that they claimed');

select * from finish();
rollback;
