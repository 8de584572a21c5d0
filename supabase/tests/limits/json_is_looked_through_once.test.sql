begin;
\ir ../_shared/setup.psql
select plan(2);

-- Time by length: of one list, and of one eight times as long. Towards the square it is 25 and more; shorter
-- lists do not tell the two apart. A busy machine makes single runs slower, never faster: the best of five
-- short runs, then long runs until one is fast enough, twelve at most.
create function pg_temp.seconds(p_json jsonb)
returns double precision
language plpgsql
as $$
declare
  v_began constant timestamptz := clock_timestamp();
begin
  perform private.has_wide_number(p_json);
  return extract(epoch from clock_timestamp() - v_began);
end
$$;
create function pg_temp.growth(p_element jsonb)
returns double precision
language plpgsql
as $$
declare
  v_short constant jsonb := (select jsonb_agg(p_element) from generate_series(1, 40000));
  v_long constant jsonb := (select jsonb_agg(p_element) from generate_series(1, 320000));
  v_best_short constant double precision :=
    (select min(pg_temp.seconds(v_short)) from generate_series(1, 5));
  v_best_long double precision := 'Infinity';
begin
  for i in 1 .. 12 loop
    v_best_long := least(v_best_long, pg_temp.seconds(v_long));
    exit when v_best_long < 14 * v_best_short;
  end loop;
  return v_best_long / v_best_short;
end
$$;
select cmp_ok(pg_temp.growth(e.element), '<', 16::double precision, 'a list of ' || e.element::text)
from unnest(array['0', '0.5']::jsonb[]) as e (element);

select * from finish();
rollback;
