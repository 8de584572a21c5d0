-- The hits of each query, as numbers of messages, written by hand.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql

create temp table texts (n integer, language text, content text);
insert into texts (n, language, content)
values
  (1, 'simple', '我喜欢猫和狗，尤其是黑色的猫。'),
  (2, 'simple', '東京タワーの写真を送ってください。ラーメンも食べたい。'),
  (3, 'simple', '한국어를 검색할 수 있어야 합니다. 서울특별시에서 만나요.'),
  (4, 'simple', 'كَيْفَ أَكْتُبُ رِسَالَةً إلى المدرسة؟'),
  (5, 'simple', 'İstanbul''dan Isparta''ya giden yolda ılık bir çay içtim.'),
  (6, 'simple', 'Die Donaudampfschifffahrtsgesellschaft verlangt eine Straßenverkehrsordnung.'),
  (7, 'simple', 'Ship it 🚀🚀 and thumbs up 👍🏽 from the team ❤️'),
  (8, 'simple', 'The function getUserById in src/lib/user_store.ts throws a TypeError: x is undefined'),
  (9, 'simple', 'Set MAX_POOL_SIZE=10, then run `npm run db:reset -- --force` on v1.2.3 of HTTPServer'),
  (10, 'simple', 'Crème brûlée and jalapeño in a café; naïve Zoë paid 1,299.00 €'),
  (11, 'simple', 'Привет, мир! Поиск работает по-русски. Ещё раз.'),
  (12, 'simple', 'Mixed: Tokyo 東京 и Москва with café, 猫 and emoji 🐈'),
  (13, 'simple', 'ｆｕｌｌｗｉｄｔｈ ﬁnally, ｶﾀｶﾅ'),
  (14, 'english', 'She was running through the houses and studies databases.'),
  (15, 'german', 'Die Häuser wurden gebaut, und die Kinder spielten.'),
  (16, 'simple', 'สวัสดีครับ ผมชอบกินข้าว'),
  (17, 'simple', 'Γειά σου Κόσμε, καλημέρα'),
  (18, 'simple', 'मुझे हिन्दी पसंद है'),
  (19, 'simple', 'don''t stop: e-mail ada@example.com or see https://example.com/a/b?q=search%20term#top'),
  (20, 'simple', 'state-of-the-art up to date'),
  (21, 'simple', 'my iphone and javascript on github'),
  (22, 'simple', 'My iPhone and JavaScript on GitHub'),
  (23, 'simple', 'ΟΔΟΣ, Æther and Œuvre, đà nẵng, Łódź'),
  (24, 'simple', 'row level security'),
  (25, 'simple', 'the level of a row');
-- Words behind more than a headline shows.
create temp table words (n integer, word text, queries text[]);
insert into words (n, word, queries)
values
  (30, 'ελληνικά', '{ελληνικά,ελληνικα,ΕΛΛΗΝΙΚΆ}'), (31, 'τέλος', '{τέλος,τελος}'),
  (32, 'ёлка', '{ёлка,елка}'),
  (33, 'йога', '{йога,ЙОГА}'), (34, 'tiếng', '{tiếng,tieng}'), (35, 'việt', '{việt,viet}'),
  (36, 'škoda', '{škoda,skoda,ŠKODA}'), (37, 'mężczyzna', '{mężczyzna,mezczyzna}'),
  (38, 'ＦＵＬＬ', '{ＦＵＬＬ,full}'),
  (39, 'příliš', '{prilis}'), (40, 'święta', '{swieta}'), (41, 'ﬁancé', '{fiance,ﬁancé}'), (42, 'Ýçöșťőăģ', '{ycostoag}'),
  (43, 'oﬃces', '{offices}'), (44, 'Weißwurst', '{weisswurst}'), (45, 'Næstved', '{naestved}'),
  (46, 'كَيْفما', '{كيفما}'), (47, E'cafe\u0301s', '{cafés,cafes}'), (48, 'за́мок', '{замок}'), (49, 'ệ', '{e}'),
  (50, 'Straße2', '{strasse2}');
insert into texts (n, language, content)
select n, 'simple', repeat('lorem ipsum ', 90) || word || ' dolor' from words;
create temp table queries (query text, hits integer[]);
insert into queries (query, hits)
values
  ('猫', '{1,12}'), ('喜欢', '{1}'), ('黑色的猫', '{1}'), ('猫狗', '{}'), ('猫 狗', '{1}'),
  ('東京', '{2,12}'), ('タワー', '{2}'), ('ラーメン', '{2}'), ('ーの写', '{2}'), ('京都', '{}'),
  ('한국어', '{3}'), ('검색', '{3}'), ('서울', '{3}'), ('특별시', '{3}'), ('부산', '{}'),
  ('كيف', '{4}'), ('رسالة', '{4}'), ('المدرسه', '{4}'), ('الى', '{4}'),
  ('istanbul', '{5}'), ('İSTANBUL', '{5}'), ('ISTANBUL', '{5}'), ('ısparta', '{5}'),
  ('isparta', '{5}'), ('ilik', '{5}'), ('ılık', '{5}'), ('CAY', '{5}'), ('çay', '{5}'),
  ('schifffahrt', '{6}'), ('gesellschaft', '{6}'), ('strassenverkehr', '{6}'),
  ('Straßenverkehrsordnung', '{6}'), ('verkehrsordnung', '{6}'), ('donau*', '{6}'), ('dampfer', '{}'),
  ('🚀', '{7}'), ('👍', '{7}'), ('👍🏽', '{7}'), ('❤', '{7}'), ('🐈', '{12}'), ('🐕', '{}'),
  ('getUserById', '{8}'), ('getuserbyid', '{8}'), ('user', '{8}'), ('user_store', '{8}'),
  ('"user store"', '{8}'), ('user_store.ts', '{8}'), ('TypeError', '{8}'), ('typeerror', '{8}'),
  ('MAX_POOL_SIZE', '{9}'), ('pool', '{9}'), ('db:reset', '{9}'), ('v1.2.3', '{9}'),
  ('server', '{9}'), ('httpserver', '{9}'), ('--force', '{9}'),
  ('creme brulee', '{10}'), ('CRÈME', '{10}'), ('jalapeno', '{10}'), ('naive zoe', '{10}'),
  ('1,299.00', '{10}'), ('cafe', '{10,12}'),
  ('привет', '{11}'), ('МИР', '{11}'), ('поиск', '{11}'), ('еще', '{11}'), ('москва', '{12}'),
  ('fullwidth', '{13}'), ('finally', '{13}'), ('カタカナ', '{13}'),
  ('run', '{9,14}'), ('house', '{14}'), ('study database', '{14}'), ('haus', '{15}'), ('kind', '{15}'),
  ('สวัสดี', '{16}'), ('ข้าว', '{16}'),
  ('κοσμε', '{17}'), ('ΚΑΛΗΜΕΡΑ', '{17}'), ('हिन्दी', '{18}'),
  ('don''t', '{19}'), ('"don''t stop"', '{19}'), ('ada@example.com', '{19}'), ('example', '{19}'),
  ('https://example.com/a/b', '{19}'),
  ('state-of-the-art', '{20}'), ('"up to date"', '{20}'), ('"date up"', '{}'), ('up -thumbs', '{20}'),
  ('猫 or 🚀', '{1,7,12}'), ('cafe -東京', '{10}'), ('東京 cafe', '{12}'),
  ('iphone', '{21,22}'), ('iPhone', '{21,22}'), ('JavaScript github', '{21,22}'), ('IPHONE', '{21,22}'),
  ('-iPhone javascript', '{}'), ('οδος', '{23}'), ('æther', '{23}'), ('aether', '{23}'), ('oeuvre', '{23}'),
  ('da nang', '{23}'), ('lodz', '{23}'),
  ('“row level”', '{24}'), ('„row level“', '{24}'), ('«row level»', '{24}'), ('“level of', '{25}'),
  ('-“row level” row', '{25}'),
  ('ru*', '{9,14}'), ('"getUser*', '{8}'), ('"getUs*', '{}');
select plan((2 * count(*) + (select sum(cardinality(queries)) from words))::integer) from queries;

select tests.start(n) from texts;
update public.conversation_sessions as s
set language = t.language
from texts as t
where s.id = tests.s(t.n) and t.language <> 'simple';
select tests.act_as('owner');
reset role;
insert into public.conversation_messages (id, session_id, role, content)
select tests.m(n), tests.s(n), 'user', content from texts;
select tests.act_as('owner');

create function pg_temp.hits(p_query text)
returns integer[]
language sql
as $$
  select coalesce(array_agg(right(f.message_id::text, 12)::integer order by f.message_id), '{}')
  from public.search_messages(p_query) as f
$$;
reset role;
select is(h.hits, q.hits, q.query)
from queries as q
cross join lateral pg_temp.hits(q.query) as h (hits);
select tests.act_as('service_role');
select public.index_messages();
select tests.act_as('owner');
reset role;
select is(h.hits, q.hits, q.query || ', indexed')
from queries as q
cross join lateral pg_temp.hits(q.query) as h (hits);

-- A headline shows what was found, as it was written.
select matches(f.headline, '<mark>' || w.word || '</mark> dolor$', q.query || ', shown')
from words as w
cross join lateral unnest(w.queries) as q (query)
left join lateral public.search_messages(q.query, tests.s(w.n)) as f on true;

select * from finish();
rollback;
