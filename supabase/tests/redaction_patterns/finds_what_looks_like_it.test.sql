begin;
\ir ../_shared/setup.psql
select plan(15);

select is_empty(
  $$
    select t.given, private.redact(t.given) as got, t.wanted
    from (
      values
        ('mail joe.o+x@mail.example.co.uk now', 'mail [email] now'),
        ('<joe@example.com>, "ann@x.org"', '<[email]>, "[email]"'),
        ('jürgen@müller.example', '[email]'),
        ('4111 1111 1111 1111 and 5500-0000-0000-0004', '[card] and [card]'),
        ('DE89 3704 0044 0532 0130 00', '[iban]'),
        ('GB33BUKB20201555555555', '[iban]'),
        ('078-05-1120', '[ssn]'),
        ('+49 (0)151 2345678, 0049 30 123456', '[phone], [phone]'),
        ('(555) 123-4567 or 555.123.4567', '[phone] or [phone]'),
        ('030 1234567', '[phone]'),
        ('at 192.168.0.12:80', 'at [ip]:80'),
        ('2001:db8:85a3:8d3:1319:8a2e:370:7348', '[ip]'),
        ('2001:db8::1, [fe80::1ff:fe23:4567:890a]:80', '[ip], [[ip]]:80'),
        ('2001:db8:85a3:1:2::7348 or fdab:cdef::1', '[ip] or [ip]'),
        ('2223003122003222, 2720 9900 0000 0007', '[card], [card]'),
        ('github' || '_pat_11ABCDEFG0abcdefghijkl_mnopqrstuv', '[key]'),
        ('AIza' || 'SyA-abcdefghijklmnopqrstuvwxyz012345', '[key]'),
        ('sbp' || '_0123456789abcdef0123456789abcdef01234567', '[key]'),
        ('sk' || '-abcdefghijklmnopqrstuv', '[key]'), ('ghp' || '_16C7e42F292c6912E7710c838347Ae178B4a', '[key]'),
        ('AKIA' || 'IOSFODNN7EXAMPLE', '[key]'),
        ('eyJhbGciOiJI.eyJzdWIiOiIx.abc-def', '[token]')
    ) as t (given, wanted)
    where private.redact(t.given) <> t.wanted
  $$,
  'what it looks for'
);
select is_empty(
  $$
    select t.given, private.redact(t.given)
    from (
      values
        ('at 10:30 on 2026-11-26 for 1732600000000 ms'), ('a @ b, x@y'), ('version 1.2.3'),
        ('12345678'), ('10000000-0000-4000-8000-000000000001'), ('the price is 1,000,000.00'),
        ('see RFC 2104'), ('DE is a country'), ('face::bed, a[1::2] and std::vector'),
        ('2026112608300012, 2345678901234')
    ) as t (given)
    where private.redact(t.given) <> t.given
  $$,
  'and what it leaves'
);
select is(
  private.redact_json('{"n": 4111111111111111, "t": 1.5e3, "x": [null, true, "é \" joe@x.org"], "e": {}}'),
  '{"n": "[card]", "t": 1500, "x": [null, true, "é \" [email]"], "e": {}}', 'in JSON, numbers too'
);
-- Of names that become the same, each keeps its value, and none that is there is taken.
select is_empty(
  $$
    select j.given, private.redact_json(j.given) as got, j.wanted
    from (
      values
        ('{"a@b.co": 1, "c@d.co": 2}'::jsonb, '{"[email]": 1, "[email] 2": 2}'::jsonb),
        ('{"a@b.co": {"a@b.co": [1]}, "c@d.co": {"e@f.co": 2, "g@h.co": 3}}',
          '{"[email]": {"[email]": [1]}, "[email] 2": {"[email]": 2, "[email] 2": 3}}'),
        ('[{"a@b.co": 1}, {"c@d.co": 2}]', '[{"[email]": 1}, {"[email]": 2}]'),
        ('{"[email]": 1, "a@b.co": 2, "[email] 2": 3, "[email] 10": 4, "long@name.co": 5}',
          '{"[email]": 1, "[email] 2": 3, "[email] 10": 4, "[email] 11": 2, "[email] 12": 5}'),
        ('{"a@b.co": "a@b.co", "x": ["c@d.co", "c@d.co"]}',
          '{"[email]": "[email]", "x": ["[email]", "[email]"]}'),
        ('{"a\\": 1, "{": ["}", "a@b.co"], "c@d.co]": 2, "e@f.co]": 3}',
          '{"a\\": 1, "{": ["}", "[email]"], "[email]": 2, "[email] 2": 3}')
    ) as j (given, wanted)
    where private.redact_json(j.given) <> j.wanted
  $$,
  'names in JSON stay apart'
);
select is_empty(
  $$
    select j.given, private.redact_json(j.given)
    from (
      values
        (jsonb_build_array(E'pay\n4111111111111111')), (jsonb_build_array(E'a\tsk-abcdefghijklmnopqrstuv')),
        (jsonb_build_object(E'\r078-05-1120', 1)), (jsonb_build_array(E'\u00014111111111111111'))
    ) as j (given)
    where private.redact_json(j.given) = j.given
  $$,
  'after a line break in JSON too'
);
select is_empty(
  $$
    select j.given, private.redact_json(to_jsonb(j.given)) as got, j.wanted
    from (
      values
        ('{"a": "pay\n4111111111111111"}', '{"a": "pay\n[card]"}'),
        ('{"a": "{\"b\": \"x\\t078-05-1120\"}"}', '{"a": "{\"b\": \"x\\t[ssn]\"}"}'),
        ('{"a": "\u00e94111111111111111 and C:\new"}', '{"a": "\u00e9[card] and C:\new"}')
    ) as j (given, wanted)
    where private.redact_json(to_jsonb(j.given)) <> to_jsonb(j.wanted)
      or private.redact(j.given) <> j.wanted
  $$,
  'and in JSON that is a text, as arguments of calls are'
);
-- Bounded: no text makes it read a text over and over.
select ok(
  (
    select bool_and(length(private.redact(t.text)) > 0)
    from (
      select repeat(p.piece, 200000 / length(p.piece)) as text
      from unnest('{a,4,a@,+49 ,a.,"a@a.","1-","0 ","1.",ab:,eyJ,"eyJaaaaaa."}'::text[]) as p (piece)
    ) as t
  ),
  'long texts of what begins like one are read'
);

create function tests.time_of(p_text text) returns interval language plpgsql as $$
declare
  v_from constant timestamptz := clock_timestamp();
begin
  perform private.redact(p_text);
  return clock_timestamp() - v_from;
end
$$;
-- Compared with what every text takes, so that a slow machine is no failure.
select cmp_ok(
  tests.time_of(repeat('x@a.bc.de.fg.', 40000)), '<', 8 * tests.time_of(repeat('x a+bc+de+fg+', 40000)),
  'and texts that are full of addresses hardly slower'
);

select tests.act_as('service_role');
insert into public.redaction_patterns (name, pattern, replacement, position)
values ('badge', 'badge (\d+)', 'badge #\1#', 5);
select tests.act_as('postgres');
select is(private.redact('Badge 77'), 'badge #77#', 'a pattern is added');
update public.redaction_patterns set is_enabled = false where name = 'badge';
select is(private.redact('Badge 77'), 'Badge 77', 'and turned off');
select tests.act_as('service_role');
select is(
  tests.error_of(
    $$ insert into public.redaction_patterns (name, pattern, replacement) values ('x', '(', '') $$
  ), 'PT400 INVALID_ARGUMENT', 'one that is no expression is refused'
);
select is(
  tests.error_of(
    $$ insert into public.redaction_patterns (name, pattern, replacement) values ('x', 'a*', '') $$
  ), 'PT400 INVALID_ARGUMENT', 'and one that matches nothing at all'
);
select is_empty(
  $$
    select p.pattern, p.answer
    from (
      select t.pattern, t.answer, tests.error_of(format(
        'insert into public.redaction_patterns (name, pattern, replacement) values (%L, %L, %L)',
        'p' || t.place, t.pattern, 'X'
      )) as got
      from (
        values
          (1, '\m', 'PT400 INVALID_ARGUMENT'), (2, '\M', 'PT400 INVALID_ARGUMENT'),
          (3, '\y', 'PT400 INVALID_ARGUMENT'), (4, '\Y', 'PT400 INVALID_ARGUMENT'),
          (5, '^', 'PT400 INVALID_ARGUMENT'), (6, '(?=secret)', 'PT400 INVALID_ARGUMENT'),
          (7, '(?<!a)(?=(b|c(d))e)', 'PT400 INVALID_ARGUMENT'), (8, '\m(x|)', 'PT400 INVALID_ARGUMENT'),
          (9, '(?<=[)]\))', 'PT400 INVALID_ARGUMENT'), (10, 'a|\y', 'PT400 INVALID_ARGUMENT'),
          (11, '\\mail', 'ok'), (12, '\m[(]?a(?=(b))\M', 'ok'), (13, '(?<=id )[0-9]+', 'ok'),
          (14, '[]()]x(?!y)', 'ok'), (15, '\(?=', 'ok'), (16, '[\]]', 'ok'), (17, '[[:digit:]](?:a|b)', 'ok')
      ) as t (place, pattern, answer)
    ) as p
    where p.got <> p.answer
  $$,
  'or an empty place, wherever it is'
);
select is(
  tests.error_of(
    $$ update public.redaction_patterns set pattern = 'a|' where name = 'badge' $$
  ), 'PT400 INVALID_ARGUMENT', 'in a change too'
);
select tests.act_as('postgres');
select is(private.redact(null), null, 'nothing is nothing');

select * from finish();
rollback;
