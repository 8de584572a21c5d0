-- What makes the data, the same in every database: each value comes from a hash of the seed and the
-- number of its session and message, so that any part can be made again, in any order, anywhere.

create schema bench;

create table bench.sessions (
  number integer primary key,
  id uuid not null,
  user_id uuid not null,
  brand_id uuid,
  messages integer not null,
  started_at timestamptz not null,
  gap interval not null,
  is_delivered boolean not null
);

create table bench.models (
  number integer primary key,
  provider text not null,
  model text not null,
  input_price numeric not null,
  output_price numeric not null
);
-- Dollars for a million tokens: of a plausible size, of nobody in particular.
insert into bench.models
values
  (0, 'openai', 'large', 2.5, 10), (1, 'openai', 'small', 0.15, 0.6),
  (2, 'anthropic', 'large', 3, 15), (3, 'anthropic', 'small', 0.8, 4),
  (4, 'google', 'large', 1.25, 5), (5, 'google', 'small', 0.1, 0.4),
  (6, 'mistral', 'large', 2, 6), (7, 'mistral', 'small', 0.2, 0.6);

create function bench.key(p_kind text, p_number bigint)
returns uuid
language sql
immutable
as $$
  select md5(p_kind || ':' || p_number || ':42')::uuid
$$;

-- 0 up to, but without, 1, from three bytes.
create function bench.uniform(p_digest bytea, p_at integer)
returns double precision
language sql
immutable
as $$
  select (
    get_byte(p_digest, p_at) * 65536 + get_byte(p_digest, p_at + 1) * 256
    + get_byte(p_digest, p_at + 2)
  ) / 16777216.0
$$;

-- 40,000 pseudo-words out of 8,000, the first of them common and the last rare, as in real text. Messages
-- are cuttings of it: to make them word by word would take longer than to store them.
create table bench.text (
  body bytea not null
);
alter table bench.text alter column body set storage external;
insert into bench.text
select convert_to(string_agg(w.word, ' ' order by p.place), 'UTF8')
from generate_series(1, 40000) as p (place)
cross join lateral (
  select floor(8000 ^ bench.uniform(sha512(convert_to('place:' || p.place, 'UTF8')), 0)) as number
  offset 0
) as n
cross join lateral (
  select
    translate(
      left(md5('word:' || n.number), 3 + length(n.number::text) + n.number::integer % 4),
      '0123456789abcdef', 'aeiourstnlmkpdgb'
    ) as word
  offset 0
) as w;

create function bench.words(p_key text, p_length integer)
returns text
language sql
stable
as $$
  select
    convert_from(
      substr(
        t.body,
        (bench.uniform(sha512(convert_to(p_key, 'UTF8')), 0) * (length(t.body) - p_length))::integer,
        p_length
      ),
      'UTF8'
    )
  from bench.text as t
$$;

-- The messages of the sessions from p_first to p_last: user and assistant in turn; the assistant's with
-- model, tokens, cost and a latency of 0.3 to 20 seconds, lognormal around 1.8.
create function bench.messages(p_first integer, p_last integer)
returns table (
  session_id uuid, user_id uuid, brand_id uuid, place integer, id uuid, parent_id uuid, role text,
  content text, provider text, model text, input_tokens integer, output_tokens integer,
  cached_input_tokens integer, cost_usd numeric, latency_ms integer, created_at timestamptz
)
language sql
stable
as $$
  with text as materialized (
    -- Once out of its storage.
    select t.body || ''::bytea as body from bench.text as t
  )
  select
    s.id, s.user_id, s.brand_id, k.place, bench.key('message', k.number),
    case when k.place > 1 then bench.key('message', k.number - 1) end,
    case when m.number is null then 'user' else 'assistant' end,
    convert_from(
      substr(
        text.body, 1 + (bench.uniform(d.digest, 22) * (length(text.body) - 2001))::integer,
        case
          when m.number is null then 60 + (340 * bench.uniform(d.digest, 0))::integer
          else 400 + (1600 * bench.uniform(d.digest, 0))::integer
        end
      ),
      'UTF8'
    ),
    m.provider, m.model, t.input, t.output, t.cached,
    round(
      ((t.input - t.cached) * m.input_price + t.cached * m.input_price / 10
        + t.output * m.output_price) / 1000000, 10
    ),
    case
      when m.number is not null
        then least(
          20000, greatest(
            300,
            exp(
              7.5 + 0.8 * sqrt(-2 * ln(1 - bench.uniform(d.digest, 3)))
              * cos(2 * pi() * bench.uniform(d.digest, 6))
            )
          )
        )::integer
    end,
    s.started_at + s.gap * (k.place - bench.uniform(d.digest, 9) / 2)
  from text
  cross join bench.sessions as s
  cross join lateral (
    select g.place, s.number * 1000000::bigint + g.place as number
    from generate_series(1, s.messages) as g (place)
  ) as k
  cross join lateral (
    select sha512(convert_to('42:' || k.number, 'UTF8')) as digest offset 0
  ) as d
  left join bench.models as m
    on k.place % 2 = 0 and m.number = get_byte(d.digest, 12) % 8
  cross join lateral (
    select
      case when m.number is not null then (200 + 3800 * bench.uniform(d.digest, 13))::integer end,
      case when m.number is not null then (50 + 950 * bench.uniform(d.digest, 16))::integer end,
      case when m.number is not null then (200 * bench.uniform(d.digest, 19))::integer end
  ) as t (input, output, cached)
  where s.number between p_first and p_last
  order by s.number, k.place
$$;
