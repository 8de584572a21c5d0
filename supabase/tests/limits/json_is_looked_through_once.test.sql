begin;
\ir ../_shared/setup.psql
select plan(2);

-- Time by length: of one list, and of one eight times as long. Towards the square it would be 64; shorter
-- lists do not tell the two apart.
create function pg_temp.seconds(p_count integer, p_element text)
returns double precision
language plpgsql
as $$
declare
  v_json constant jsonb := (select jsonb_agg(p_element::jsonb) from generate_series(1, p_count));
  v_best double precision := 'Infinity';
  v_began timestamptz;
begin
  for i in 1 .. 2 loop
    v_began := clock_timestamp();
    perform private.has_wide_number(v_json);
    v_best := least(v_best, extract(epoch from clock_timestamp() - v_began));
  end loop;
  return v_best;
end
$$;
select cmp_ok(
  pg_temp.seconds(320000, e.element) / pg_temp.seconds(40000, e.element), '<', 28::double precision,
  'a list of ' || e.element
)
from unnest(array['0', '0.5']) as e (element);

select * from finish();
rollback;
