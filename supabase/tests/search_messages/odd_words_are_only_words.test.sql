begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(23);

select tests.start(1);
select tests.act_as('owner');
insert into public.conversation_messages (session_id, role, content)
values
  (tests.s(1), 'user', 'hello emojid800 emoji0000 emoji002a emoji0028 emoji002e emojidfff x86_64'),
  (tests.s(1), 'user', 'A catalog of things ' || repeat('and more ', 60) || 'the cat sat'),
  (tests.s(1), 'user', 'đà nẵng and Łódź and 🚀'),
  (tests.s(1), 'user', 'NEBULA ' || repeat('and more ', 60) || 'a nebula rose'),
  (tests.s(1), 'user', repeat('and more ', 60) || 'a QUASAR fell'),
  (tests.s(1), 'user', 'a walrus' || repeat(' and more', 60)),
  (tests.s(1), 'user', 'a comet, comets & comet'),
  (tests.s(1), 'user', 'zephyr Zephyr ZÉPHYR zephyr');
-- What the index writes for an emoji is a word like any other when it is typed.
select is(
  (select string_agg(f.headline, '; ') from public.search_messages(q.query) as f), q.headline, q.query
)
from (
  values
    ('emojid800', 'hello <mark>emojid800</mark> emoji0000 emoji002a emoji0028 emoji002e emojidfff x86_64'),
    ('emoji0000', 'hello emojid800 <mark>emoji0000</mark> emoji002a emoji0028 emoji002e emojidfff x86_64'),
    ('emoji002a', 'hello emojid800 emoji0000 <mark>emoji002a</mark> emoji0028 emoji002e emojidfff x86_64'),
    ('emoji0028', 'hello emojid800 emoji0000 emoji002a <mark>emoji0028</mark> emoji002e emojidfff x86_64'),
    ('emoji002e', 'hello emojid800 emoji0000 emoji002a emoji0028 <mark>emoji002e</mark> emojidfff x86_64'),
    ('x86_64', '…emoji0000 emoji002a emoji0028 emoji002e emojidfff <mark>x86</mark>_<mark>64</mark>'),
    ('đà', '<mark>đà</mark> nẵng and Łódź and 🚀'),
    ('lodz', 'đà nẵng and <mark>Łódź</mark> and 🚀'),
    ('🚀', 'đà nẵng and Łódź and <mark>🚀</mark>'),
    ('comet', 'a <mark>comet</mark>, <mark>comet</mark>s &amp; <mark>comet</mark>'),
    ('zephyr', '<mark>zephyr</mark> <mark>Zephyr</mark> <mark>ZÉPHYR</mark> <mark>zephyr</mark>')
) as q (query, headline);
select matches(
  (select headline from public.search_messages('cat')), '^…(more |and )+the <mark>cat</mark> sat$',
  'the word itself is shown, not the first place where its letters stand'
);
select matches(
  (select headline from public.search_messages('walrus')), '^a <mark>walrus</mark>( and| more)+…$',
  'a headline ends with a whole word'
);
select matches(
  (select headline from public.search_messages(q.query)), '^…(more |and )+a <mark>' || q.marked || '$',
  q.query
)
from (
  values
    ('nebula', 'nebula</mark> rose'),
    ('quasar', 'QUASAR</mark> fell'),
    ('pulsar or quasar', 'QUASAR</mark> fell')
) as q (query, marked);

-- One plain word is read in fewer steps than what stands beside it.
select tests.act_as('postgres');
select is(
  private.search_terms(q.word, tests.id_of('owner'))::text,
  private.search_terms(q.word || ' ', tests.id_of('owner'))::text, q.word || ' and a space'
)
from (values ('comets'), ('Comets')) as q (word);

-- Work that grows faster than the query or the text.
insert into private.search_languages (user_id, language)
select tests.id_of('owner'), l
from unnest(
  array['english', 'german', 'french', 'spanish', 'italian', 'dutch', 'danish', 'finnish', 'russian']
) as l;
select is(
  (
    select cardinality(string_to_array(w.pattern, '|')) <= 41 and length(w.pattern) < 4000
    from private.search_terms(
      (select string_agg(chr(97 + i % 26) || chr(97 + i / 26), ' ') from generate_series(1, 330) as i),
      tests.id_of('owner')
    ) as t
    cross join lateral private.headline_words(t.named) as w
  ), true, 'the pattern of a long query in ten languages is short'
);
select is(
  private.search_terms('hello or "' || repeat('ae iou na ', 95) || '"', tests.id_of('owner')) is not null,
  true, 'and of a page between quotes'
);
select is(
  (private.search_terms('the report of data', tests.id_of('owner'))).ranked::text like '%&%', false,
  'ranks are read by one word at a time'
);

-- A language that is none has no words of its own: ten of them hide nothing.
insert into public.conversation_sessions (id, user_id, language)
select tests.s(10 + i), tests.id_of('owner'), 'xx-' || i from generate_series(1, 30) as i;
insert into public.conversation_messages (session_id, role, content)
values (tests.s(40), 'user', 'quokka');
select is(
  (select count(*) from private.search_languages as l where l.language like 'xx%'), 0::bigint,
  'what is no configuration is not noted'
);
select tests.act_as('owner');
select is((select count(*) from public.search_messages('quokka')), 1::bigint, 'and found like all others');

select * from finish();
rollback;
