-- 0210_search: finding messages and sessions by their words.
-- Makes: public.message_search, private.session_search, private.search_languages, private.search_secrets,
--   search_messages, search_sessions, index_messages; what turns texts and queries into words.
-- Needs: 0010, 0030, 0050, 0060. Locks: conversation_sessions, conversation_messages (triggers).
-- Breaking: no. Indexes the messages that exist: about a minute for each 100,000.

-- Everybody's postings of a common word would be read for each of its searches, so a word is kept with a mark
-- of its user: what others wrote costs nothing. The mark names the language too, whose stems are its own.
create table private.search_secrets (
  is_only_row  boolean  not null default true constraint search_secrets_pkey primary key
    constraint search_secrets_is_only_row_range check (is_only_row),
  secret       uuid     not null default gen_random_uuid()
);
comment on table private.search_secrets is
  'What the marks of the search index are made with: one row. Who knows it could look for a user with the '
  'same mark, and time what that user wrote.';
comment on column private.search_secrets.is_only_row is 'True.';
comment on column private.search_secrets.secret is 'Drawn once; with another one nothing is found any more.';
alter table private.search_secrets enable row level security;
revoke all on table private.search_secrets from public, anon, authenticated, service_role;
insert into private.search_secrets default values;

create function private.search_mark(p_secret uuid, p_user_id uuid, p_language text)
returns text
language sql
immutable
parallel safe
begin atomic
  select substr(encode(decode(md5(p_secret::text || p_user_id::text || p_language), 'hex'), 'base64'), 1, 4);
end;
revoke all on function private.search_mark(uuid, uuid, text)
  from public, anon, authenticated, service_role;
comment on function private.search_mark(uuid, uuid, text) is
  'What stands before each word of a user in the search index. Two users with one mark only read past '
  'each other''s words. No "set": a part of the query that calls it.';

create function private.search_configuration(p_language text)
returns regconfig
language plpgsql
stable
set search_path = ''
as $$
begin
  if p_language = 'simple' then
    return 'pg_catalog.simple'::regconfig;
  end if;
  return coalesce(
    (
      select c.oid::regconfig
      from pg_catalog.pg_ts_config as c
      where c.cfgname = p_language
      order by c.cfgnamespace = 'pg_catalog'::regnamespace desc, c.oid
      limit 1
    ),
    'pg_catalog.simple'::regconfig
  );
end
$$;
revoke all on function private.search_configuration(text)
  from public, anon, authenticated, service_role;
comment on function private.search_configuration(text) is
  'The text search configuration of this name; simple when there is none.';

create function private.search_language(p_language text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return case
    when private.search_configuration(p_language) = 'pg_catalog.simple'::regconfig then 'simple'
    else p_language
  end;
end
$$;
revoke all on function private.search_language(text)
  from public, anon, authenticated, service_role;
comment on function private.search_language(text) is
  'A session''s language, if it is a text search configuration; simple otherwise: marks are made of few names.';

-- One spelling for texts and queries, without the parser's own ideas of hosts, paths and signs.
create function private.search_spelling(p_text text, p_is_query boolean default false)
returns text
language plpgsql
immutable
strict
parallel safe
set search_path = ''
as $$
declare
  -- One character may stand for eighteen (U+FDFA), so it is cut again below.
  v_text text := left(p_text, 100000);
  v_wholes text;
  v_emoji text;
begin
  if octet_length(v_text) <> char_length(v_text) then
    -- Compatibility forms as plain ones; without accents, vowel points, joiners and variation selectors. In
    -- pieces: normalize takes time by the square of how many marks follow each other, and cannot be stopped.
    select
      string_agg(
        normalize(
          regexp_replace(
            normalize(m.found[1], nfkd),
            '[\u00ad\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]',
            '', 'g'
          ),
          nfkc
        ),
        '' order by m.place
      )
    into v_text
    from regexp_matches(v_text, '.{1,250}', 'g') with ordinality as m (found, place);
    v_text := translate(
      replace(replace(replace(replace(replace(replace(
        coalesce(v_text, ''), U&'\00DF', 'ss'), U&'\1E9E', 'SS'), U&'\00E6', 'ae'), U&'\00C6', 'AE'),
        U&'\0153', 'oe'), U&'\0152', 'OE'),
      -- Letters that do not decompose: dotless i, o and l and d with stroke; final sigma; alef maqsura, teh
      -- marbuta.
      U&'\0131\00F8\00D8\0142\0141\0111\0110\03C2\0649\0629', U&'ioOlLdD\03C3\064A\0647'
    );
    -- Scripts without spaces: each character is a word, and a word of them is a phrase.
    v_text := regexp_replace(
      left(v_text, 100000),
      '([\u0e01-\u0e5b\u0e81-\u0edf\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf'
        '\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])',
      ' \1 ', 'g'
    );
    -- The parser drops what is neither letter nor digit. One pass over the text for each.
    for v_emoji in
      select distinct m.found[1]
      from regexp_matches(
        left(v_text, 5000), '[\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]', 'g'
      ) as m (found)
      limit 30
    loop
      v_text := replace(v_text, v_emoji, ' emoji' || to_hex(ascii(v_emoji)) || ' ');
    end loop;
  end if;
  -- Identifiers: by their parts; in a text also as a whole, in small letters, at the end.
  if v_text ~ '[a-z0-9][A-Z]|[A-Z][A-Z][a-z]' then
    if not p_is_query then
      select string_agg(w.word, ' ' order by w.word) into v_wholes
      from (
        select distinct m.found[1] as word
        from regexp_matches(
          v_text, '[[:alnum:]]*(?:[a-z0-9][A-Z]|[A-Z][A-Z][a-z])[[:alnum:]]*', 'g'
        ) as m (found)
        limit 500
      ) as w;
    end if;
    v_text := regexp_replace(v_text, '([a-z0-9])([A-Z])', '\1 \2', 'g');
    v_text := concat_ws(' ', regexp_replace(v_text, '([A-Z])([A-Z][a-z])', '\1 \2', 'g'), v_wholes);
  end if;
  v_text := lower(regexp_replace(v_text, '[!-/:-@\[-`{-~]+', ' ', 'g'));
  if v_text ~ '\S{200}' then
    v_text := regexp_replace(v_text, '(\S{200})\S+', '\1', 'g');
  end if;
  -- A tsvector ends at 1 MiB, and takes up to four times the text that it is made of.
  while octet_length(v_text) > 200000 loop
    v_text := left(v_text, char_length(v_text) * 4 / 5);
  end loop;
  return v_text;
end
$$;
revoke all on function private.search_spelling(text, boolean)
  from public, anon, authenticated, service_role;
comment on function private.search_spelling(text, boolean) is
  'A text as it is searched: small letters, no accents, no punctuation; identifiers by their parts; each '
  'character of scripts without spaces, and each emoji, as a word. Of the first 100,000 characters, at most '
  '200,000 bytes.';

create function private.search_vector(p_text text, p_user_id uuid, p_language text)
returns tsvector
language plpgsql
stable
strict
set search_path = ''
-- A word of more than 2 KB raises a notice.
set client_min_messages = 'warning'
as $$
declare
  v_mark constant text := (
    select private.search_mark(x.secret, p_user_id, private.search_language(p_language))
    from private.search_secrets as x
  );
  v_text constant text := private.search_spelling(p_text);
  v_words text;
begin
  -- As text, because nothing else puts a mark before each word of a tsvector and keeps the places. No word
  -- holds a quote or a space: the spelling has none.
  v_words := replace(
    ' ' || to_tsvector(private.search_configuration(p_language), v_text)::text, ' ''', ' ''' || v_mark
  );
  -- What a long word ends with, so that compounds and identifiers are found by their parts. Not of numbers
  -- and hashes.
  if v_text ~ '[[:alpha:]]{12}' then
    v_words := v_words || coalesce(
      (
        select string_agg(' ''' || v_mark || '~' || substr(w.word, g.place) || '''', '')
        from (
          select distinct m.found[1] as word
          from regexp_matches(v_text, '\m[[:alpha:]]{12,40}\M', 'g') as m (found)
          limit 20
        ) as w
        cross join lateral generate_series(1, char_length(w.word) - 3) as g (place)
      ),
      ''
    );
  end if;
  return v_words::tsvector;
end
$$;
revoke all on function private.search_vector(text, uuid, text)
  from public, anon, authenticated, service_role;
comment on function private.search_vector(text, uuid, text) is
  'The words of a text with their places, each behind the mark of its user and language. A word of 12 to 40 '
  'letters also with its ends, behind a ~; 20 such words at most.';

create table private.search_languages (
  user_id   uuid  not null constraint search_languages_user_id_fkey
    references auth.users (id) on delete cascade,
  language  text  not null,
  constraint search_languages_pkey primary key (user_id, language)
);
comment on table private.search_languages is
  'In which languages beside simple a user''s messages and sessions are indexed: a query is read in each. None '
  'is taken away.';
comment on column private.search_languages.user_id is 'Whose.';
comment on column private.search_languages.language is 'A text search configuration.';
alter table private.search_languages enable row level security;
revoke all on table private.search_languages from public, anon, authenticated, service_role;

-- A function, because a table would need rights, policies and a place in every catalog test. Made of the
-- spelling itself: who types the forms of each letter forgets some.
do $$
begin
  execute format(
    'create function private.search_letters() returns jsonb language sql immutable parallel safe '
    'set search_path = '''' as %L',
    format(
      'select %L::jsonb',
      (
        with forms as (
          select btrim(private.search_spelling(chr(f.code), true)) as letters, f.code
          -- Latin, Greek and Cyrillic, Arabic; phonetic and further Latin and Greek ones; above and below the
          -- line; like letters; ligatures and Arabic forms; full and half width.
          from (
            values
              (192, 591), (880, 1327), (1568, 1747), (7424, 8191), (8304, 8348), (8448, 8527),
              (64256, 65276), (65296, 65437)
          ) as r (first, last)
          cross join lateral generate_series(r.first, r.last) as f (code)
        ),
        ranges as (
          select g.letters, min(g.code) as first, max(g.code) as last
          from (
            select
              f.letters, f.code,
              f.code - row_number() over (partition by f.letters order by f.code) as place
            from forms as f
            where f.letters <> chr(f.code) and f.letters !~ '[\s!-/:-@\[-`{-~]'
          ) as g
          group by g.letters, g.place
        ),
        classes as (
          select
            r.letters, min(r.first) as first,
            '[' || case when char_length(r.letters) = 1 then r.letters else '' end || string_agg(
              chr(r.first) || case when r.last > r.first + 1 then '-' else '' end
                || case when r.last > r.first then chr(r.last) else '' end,
              '' order by r.first
            ) || ']' || case
              when char_length(r.letters) > 1 then ''
              when r.letters ~ '[\u0621-\u06d3]' then U&'[\0610-\061A\0640\064B-\065F\0670]*'
              else U&'[\0300-\036F]*'
            end as class
          from ranges as r
          group by r.letters
        )
        select jsonb_object_agg(
          case when char_length(c.letters) = 1 then c.letters else chr(c.first) end,
          case
            when char_length(c.letters) = 1 then c.class
            else '(?:' || (
              select string_agg(o.class, '' order by l.place)
              from string_to_table(c.letters, null) with ordinality as l (letter, place)
              join classes as o on o.letters = l.letter
            ) || '|' || c.class || ')'
          end
        )
        from classes as c
        where char_length(c.letters) = 1
          or c.letters in ('ss', 'ae', 'oe', 'ff', 'fi', 'fl', 'ffi', 'ffl')
      )
    )
  );
end
$$;
revoke all on function private.search_letters() from public, anon, authenticated, service_role;
comment on function private.search_letters() is
  'As regular expressions, what the letters of the spelling that is searched stand for in texts: all forms of '
  'one, with marks behind it, and, under the first of them, ligatures beside their letters.';

create type private.headline_words as (
  pattern  text,
  ascii    text,
  plain    text
);
comment on type private.headline_words is
  'What headlines mark: the words of a query as a regular expression, the same for texts of ASCII alone, and '
  'the first of the words if it is plain.';

create function private.headline_words(p_named text)
returns private.headline_words
language plpgsql
immutable
strict
set search_path = ''
as $$
declare
  -- What letters with their forms may take in the pattern; words behind it are as they are spelled.
  c_size constant integer := 2400;
  -- Every second one is a word. Not by a query: to start one takes longer than a few words do.
  v_parts constant text[] := string_to_array(p_named, '''');
  v_word text;
  v_letter text;
  v_pattern text;
  v_size integer := 0;
  v_words text[] := array[]::text[];
  v_patterns text[] := array[]::text[];
begin
  for v_number in 1 .. least(cardinality(v_parts) / 2, 40) loop
    v_word := v_parts[2 * v_number];
    if v_word like 'emoji%'
      and v_word ~ '^emoji(2[136b][0-9a-f]{2}|27[0-9ab][0-9a-f]|1f[0-9a][0-9a-f]{2})$'
    then
      v_word := chr(('x' || lpad(substr(v_word, 6), 8, '0'))::bit(32)::integer);
      v_pattern := v_word;
    else
      -- The letters and marks that the spelling stands for.
      v_pattern := '';
      foreach v_letter in array string_to_array(
        case
          when v_word !~ 'f[fil]|ss|ae|oe' then v_word
          else replace(replace(replace(replace(replace(replace(replace(replace(
            v_word,
            'ffi', U&'\FB03'), 'ffl', U&'\FB04'), 'ff', U&'\FB00'),
            'fi', U&'\FB01'), 'fl', U&'\FB02'), 'ss', U&'\00DF'), 'ae', U&'\00C6'), 'oe', U&'\0152')
        end,
        null
      ) loop
        v_pattern := v_pattern
          || coalesce(private.search_letters() ->> v_letter, v_letter || U&'[\0300-\036F]*');
      end loop;
      if v_size + length(v_pattern) > c_size then
        v_pattern := v_word;
      end if;
      v_size := v_size + length(v_pattern);
      if char_length(v_word) < 4 and octet_length(v_word) = char_length(v_word) then
        -- Not \m and \M, for which an underscore is a letter.
        v_letter := case when v_parts[2 * v_number + 1] like ':*%' then '' else '(?![[:alnum:]])' end;
        v_word := '(?<![[:alnum:]])' || v_word || v_letter;
        v_pattern := '(?<![[:alnum:]])' || v_pattern || v_letter;
      end if;
    end if;
    if v_word <> all (v_words) then
      v_words := v_words || v_word;
      v_patterns := v_patterns || v_pattern;
    end if;
  end loop;
  return row(
    -- Nothing is captured: that would make every match slower.
    '(?i)(?:' || nullif(array_to_string(v_patterns, '|'), '') || ')',
    '(?i)(?:' || nullif(array_to_string(v_words, '|'), '') || ')',
    substring(p_named from '^''([[:alpha:]]{4,})''')
  );
end
$$;
revoke all on function private.headline_words(text) from public, anon, authenticated, service_role;
comment on function private.headline_words(text) is
  'What headlines mark of the words of a query, between quotes as private.search_terms names them: 40 at most. '
  'The pattern finds a word in a text as it was written: with its accents, inside of longer words unless it is '
  'shorter than 4 letters.';

create type private.search_terms as (
  exact   tsquery,
  loose   tsquery,
  ranked  tsquery,
  named   text
);
comment on type private.search_terms is
  'A query: as it is meant; without its phrases and exclusions, as the index answers it without the rows; '
  'with "or" between all words, as ranks are read: of words together they take time by the square of how often '
  'each is there; and for headlines its words between quotes.';

create function private.search_terms(p_query text, p_user_id uuid)
returns private.search_terms
language plpgsql
stable
strict
set search_path = ''
-- A query of stop words alone raises a notice.
set client_min_messages = 'warning'
as $$
declare
  v_secret uuid;
  v_languages text[];
  v_language text;
  v_mark text;
  v_word text;
  v_exact tsquery;
  v_loose tsquery;
  v_named text := '';
  v_terms private.search_terms;
begin
  select x.secret, array(select l.language from private.search_languages as l where l.user_id = p_user_id)
  into v_secret, v_languages
  from private.search_secrets as x;
  -- One plain word or its beginning, as most queries are: the same in fewer steps, each of which is set up
  -- for every search.
  if p_query ~ '^[A-Za-z][a-z]{3,35}[*]?$' and v_languages = '{}' then
    v_word := lower(rtrim(p_query, '*'));
    v_named := '''' || v_word || case when p_query like '%*' then ''':*' else '''' end;
    v_mark := private.search_mark(v_secret, p_user_id, 'simple');
    v_exact := (
      '''' || v_mark || substr(v_named, 2) || ' | ''' || v_mark || '~' || v_word || ''':*'
    )::tsquery;
    return row(v_exact, v_exact, v_exact, v_named);
  end if;

  foreach v_language in array 'simple'::text || v_languages loop
    declare
      v_configuration constant regconfig := private.search_configuration(v_language);
      -- Whoever pastes a page into a search box gets an answer about its beginning.
      -- Phones put typographic quotes for plain ones.
      v_rest text := translate(
        left(p_query, 1000), U&'\201C\201D\201E\201F\00AB\00BB\FF02', repeat('"', 7)
      );
      v_found text[];
      v_text text;
      v_spelled text;
      v_whole text;
      v_is_prefix boolean;
      -- As text: one cast at the end costs less than one for each word.
      v_and text;
      v_and_loose text;
      v_or text;
      v_or_loose text;
      v_count integer := 0;
    begin
      for v_number in 1 .. 50 loop
        -- A sign, a phrase or else a word, and what follows. Not by a query: to start one takes longer than a
        -- few words do.
        v_found := regexp_match(v_rest, '(-?)(?:"([^"]*)"?|([^\s"]+))(.*)$');
        exit when v_found is null;
        v_rest := v_found[4];
        -- What only excludes finds nothing, alone and beside an "or".
        if v_found[1] = '' and lower(v_found[3]) = 'or' then
          if v_and_loose is not null then
            v_or := concat_ws(' | ', v_or, v_and);
            v_or_loose := concat_ws(' | ', v_or_loose, v_and_loose);
            v_and := null;
            v_and_loose := null;
          end if;
          continue;
        end if;
        v_text := coalesce(v_found[2], v_found[3]);
        v_spelled := btrim(private.search_spelling(v_text, true));
        v_word := phraseto_tsquery(v_configuration, v_spelled)::text;
        continue when v_word = '';
        -- A page between quotes.
        v_count := v_count + (length(v_word) - length(replace(v_word, '''', ''))) / 2;
        exit when v_count > 100;
        v_is_prefix := coalesce(v_found[3] like '_%*', false);
        if v_is_prefix then
          v_word := v_word || ':*';
        end if;
        -- An identifier is also found as one word.
        if v_text ~ '[a-z0-9][A-Z]|[A-Z][A-Z][a-z]' then
          v_whole := btrim(private.search_spelling(lower(v_text), true));
          if v_whole <> v_spelled then
            v_word := v_word || ' | ' || phraseto_tsquery(v_configuration, v_whole)::text
              || case when v_is_prefix then ':*' else '' end;
          end if;
        end if;
        if v_found[1] = '-' and coalesce(v_found[3] not like '-%', true) then
          v_and := concat_ws(' & ', v_and, '!(' || v_word || ')');
          continue;
        end if;
        v_named := v_named || v_word;
        if v_found[2] is null and v_spelled ~ '^[[:alpha:]]{4,36}$' then
          v_word := v_word || ' | ''~' || v_spelled || ''':*';
        end if;
        v_and := concat_ws(' & ', v_and, '(' || v_word || ')');
        v_and_loose := concat_ws(
          ' & ', v_and_loose, '(' || regexp_replace(v_word, '<(-|[0-9]+)>', '&', 'g') || ')'
        );
      end loop;
      if v_and_loose is not null then
        v_or := concat_ws(' | ', v_or, v_and);
        v_or_loose := concat_ws(' | ', v_or_loose, v_and_loose);
      end if;
      continue when v_or_loose is null;
      v_mark := '''' || private.search_mark(v_secret, p_user_id, v_language) || '\1''';
      v_exact := regexp_replace(v_or, '''([^'']+)''', v_mark, 'g')::tsquery;
      v_loose := case
        when v_or_loose = v_or then v_exact
        else regexp_replace(v_or_loose, '''([^'']+)''', v_mark, 'g')::tsquery
      end;
      v_terms.exact := coalesce(v_terms.exact || v_exact, v_exact);
      v_terms.loose := coalesce(v_terms.loose || v_loose, v_loose);
    end;
  end loop;
  v_terms.ranked := replace(v_terms.loose::text, '&', '|')::tsquery;
  v_terms.named := v_named;
  return v_terms;
end
$$;
revoke all on function private.search_terms(text, uuid)
  from public, anon, authenticated, service_role;
comment on function private.search_terms(text, uuid) is
  'What a query asks for: words that all have to be there, "phrases", prefix*, -exclusions, and or. Never an '
  'error; nothing for a query that names nothing.';

create table public.message_search (
  user_id     uuid                 not null,
  created_at  timestamptz          not null,
  message_id  uuid                 not null,
  session_id  uuid                 not null,
  brand_id    uuid,
  role        public.message_role  not null,
  words       tsvector,
  -- No foreign key, which would need one more index: a trigger deletes with the message.
  constraint message_search_pkey primary key (user_id, created_at, message_id)
)
-- Ranks are read from the row itself, not from a compressed copy elsewhere.
with (toast_tuple_target = 8160);
alter table public.message_search alter column words set storage main;
comment on table public.message_search is
  E'The words of each finished message of a user, as search_messages looks for them.\n\n'
  'Who: nobody; search_messages reads it for its caller. Writes: triggers of conversation_messages, and '
  'index_messages.';
comment on column public.message_search.user_id is 'The message''s user.';
comment on column public.message_search.created_at is 'When the message was written.';
comment on column public.message_search.message_id is 'The message.';
comment on column public.message_search.session_id is 'Its session.';
comment on column public.message_search.brand_id is 'Its session''s brand.';
comment on column public.message_search.role is 'Who speaks.';
comment on column public.message_search.words is
  'Its words, as private.search_vector gives them; of the first 100,000 characters. Null: not indexed yet; '
  'its user''s searches read the text.';
-- A user's words. Entries are added to its list first, and merged at the end of index_words, in their order.
create index message_search_words_idx on public.message_search using gin (words);
-- What waits to be indexed.
create index message_search_user_id_idx on public.message_search (user_id) where words is null;
alter table public.message_search enable row level security;
revoke all on table public.message_search from public, anon, authenticated, service_role;

create table private.session_search (
  session_id  uuid      not null constraint session_search_pkey primary key
    constraint session_search_session_id_fkey
      references public.conversation_sessions (id) on delete cascade,
  user_id     uuid      not null,
  words       tsvector  not null
);
comment on table private.session_search is
  'The words of the titles and descriptions of users'' sessions, as search_sessions looks for them.';
comment on column private.session_search.session_id is 'The session.';
comment on column private.session_search.user_id is 'Its user.';
comment on column private.session_search.words is
  'Words of the title with weight A, of the description with weight B.';
create index session_search_words_idx on private.session_search using gin (words)
  with (fastupdate = off);
alter table private.session_search enable row level security;
revoke all on table private.session_search from public, anon, authenticated, service_role;

create function private.message_words(p_message_id uuid)
returns tsvector
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select private.search_vector(
      m.content, m.user_id,
      -- Not a join: its plan is kept, and one for many messages would read all sessions for one.
      (select s.language from public.conversation_sessions as s where s.id = m.session_id)
    )
    from public.conversation_messages as m
    where m.id = p_message_id
  );
end
$$;
revoke all on function private.message_words(uuid) from public, anon, authenticated, service_role;
comment on function private.message_words(uuid) is
  'The words of a message, in the language that its session has now.';

create function private.index_words(p_user_id uuid, p_limit integer)
returns integer
language plpgsql
volatile
set search_path = ''
set enable_seqscan = off
set jit = off
as $$
declare
  v_rows integer;
begin
  update public.message_search as w
  -- A row whose message is gone would come up each time.
  set words = coalesce(private.message_words(w.message_id), '')
  -- By their places and not by a join: planned for an empty table, it would look for all of them once for
  -- each row that is there.
  where w.ctid = any (array(
    select s.ctid
    from public.message_search as s
    where s.words is null
      and s.user_id between coalesce(p_user_id, '00000000-0000-0000-0000-000000000000')
        and coalesce(p_user_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    order by s.user_id
    limit p_limit
    -- Another one has these, or they are deleted.
    for update skip locked
  ));
  get diagnostics v_rows = row_count;
  if v_rows > 0 then
    perform pg_catalog.gin_clean_pending_list('public.message_search_words_idx'::regclass);
  end if;
  return v_rows;
end
$$;
revoke all on function private.index_words(uuid, integer) from public, anon, authenticated, service_role;
comment on function private.index_words(uuid, integer) is
  'Indexes the words of messages that wait for it, of one user or, with null, of all; p_limit of them at most. '
  'Many at once take less time: a word that several of them have is one change of the index.';

-- Definer: writes message_search, which nobody may.
create function public.index_messages()
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if not private.is_trusted_caller() then
    perform private.raise_error('FORBIDDEN', 'Messages are indexed by service_role.');
  end if;
  return private.index_words(null, 10000);
end
$$;
revoke all on function public.index_messages() from public, anon, authenticated, service_role;
grant execute on function public.index_messages() to service_role;
comment on function public.index_messages() is
  E'Indexes the words of new messages.\n\n'
  'Searches find messages before it: they read the texts of those of their user that wait. Once 50 of a user '
  'do, the next write indexes them; a schedule keeps searches short and spares the writers. '
  'Returns: messages indexed, 10,000 at most a call. Who: service_role. Errors: PT403 FORBIDDEN.';

create function private.tg_conversation_messages__index_words()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  -- A search reads each text that waits.
  c_waiting constant integer := 50;
  -- To count them takes as long as to write one.
  c_asks constant double precision := 0.1;
  -- Bytes: a text that each search would read for longer than its writer indexes it.
  c_long constant integer := 5000;
  v_users uuid[] := '{}';
  v_rows integer;
  v_is_long boolean;
  v_places tid[];
begin
  if tg_op = 'INSERT' then
    insert into public.message_search (user_id, created_at, message_id, session_id, brand_id, role)
    select m.user_id, m.created_at, m.id, m.session_id, m.brand_id, m.role
    from new_messages as m
    where m.user_id is not null and m.status <> 'streaming' and m.content <> '';
    get diagnostics v_rows = row_count;
    v_is_long := exists (select from new_messages as m where octet_length(m.content) > c_long);
    if v_is_long or v_rows >= c_waiting or random() < c_asks then
      v_users := array(select distinct m.user_id from new_messages as m where m.user_id is not null);
    end if;
  elsif tg_op = 'DELETE' then
    -- By their places and not by a join: its plan is kept, and one for many would read all rows for one.
    -- Locked first: the row has another place once whoever indexes it has ended.
    v_places := array(
      select (
        select s.ctid
        from public.message_search as s
        where s.user_id = m.user_id and s.created_at = m.created_at and s.message_id = m.id
        for update
      )
      from old_messages as m
    );
    delete from public.message_search as w where w.ctid = any (v_places);
  -- Not in the WHEN, which every statement on messages copies.
  elsif (
    old.content, old.role, old.session_id, old.user_id, old.brand_id, old.created_at,
    old.status = 'streaming'
  ) is distinct from (
    new.content, new.role, new.session_id, new.user_id, new.brand_id, new.created_at,
    new.status = 'streaming'
  ) then
    delete from public.message_search as w
    where w.user_id = old.user_id and w.created_at = old.created_at and w.message_id = old.id;
    if new.user_id is not null and new.status <> 'streaming' and new.content <> '' then
      insert into public.message_search (user_id, created_at, message_id, session_id, brand_id, role)
      values (new.user_id, new.created_at, new.id, new.session_id, new.brand_id, new.role);
      v_is_long := octet_length(new.content) > c_long;
      if v_is_long or random() < c_asks then
        v_users := array[new.user_id];
      end if;
    end if;
  end if;
  -- Under the other levels this would conflict with whoever indexes, or writes beside it in the index.
  if v_users <> '{}' and current_setting('transaction_isolation') = 'read committed' then
    perform private.index_words(u.id, null)
    from unnest(v_users) as u (id)
    where v_is_long or (
      select count(*)
      from (
        select
        from public.message_search as w
        where w.user_id = u.id and w.words is null
        limit c_waiting
      ) as waiting
    ) = c_waiting
    order by u.id;
  end if;
  return null;
end
$$;
revoke all on function private.tg_conversation_messages__index_words()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_messages__index_words() is
  'Keeps message_search: a message can be found when its writer''s transaction ends, and its words are gone '
  'with the text. Indexes what waits once it is much. A streamed message is found once it has ended.';

create trigger conversation_messages_90_index_added after insert
  on public.conversation_messages referencing new table as new_messages
  for each statement execute function private.tg_conversation_messages__index_words();
create trigger conversation_messages_90_index_changed after update of
    content, status, role, session_id, user_id, brand_id, created_at
  on public.conversation_messages for each row
  when (old.status <> 'streaming' or new.status <> 'streaming')
  execute function private.tg_conversation_messages__index_words();
create trigger conversation_messages_90_index_deleted after delete
  on public.conversation_messages referencing old table as old_messages
  for each statement execute function private.tg_conversation_messages__index_words();

-- A truncate fires no trigger of rows.
create function private.tg_conversation_messages__forget_words()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  truncate public.message_search;
  return null;
end
$$;
revoke all on function private.tg_conversation_messages__forget_words()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_messages__forget_words() is
  'Empties message_search with conversation_messages.';
create trigger conversation_messages_90_forget_words after truncate
  on public.conversation_messages for each statement
  execute function private.tg_conversation_messages__forget_words();

create function private.session_vector(p_session public.conversation_sessions)
returns tsvector
language plpgsql
stable
set search_path = ''
as $$
begin
  return
    setweight(
      private.search_vector(coalesce(p_session.title, ''), p_session.user_id, p_session.language), 'A'
    ) || setweight(
      private.search_vector(coalesce(p_session.description, ''), p_session.user_id, p_session.language), 'B'
    );
end
$$;
revoke all on function private.session_vector(public.conversation_sessions)
  from public, anon, authenticated, service_role;
comment on function private.session_vector(public.conversation_sessions) is
  'The words of a session''s title, with weight A, and description, with weight B.';

create function private.tg_conversation_sessions__index_words()
returns trigger
language plpgsql
security definer
set search_path = ''
-- A plan of a table that is empty would read all of it, and is kept while a long import fills it.
set enable_seqscan = off
set jit = off
as $$
declare
  v_language constant text := private.search_language(new.language);
begin
  if new.user_id is not null and v_language <> 'simple' and not exists (
    select 1
    from private.search_languages as l
    where l.user_id = new.user_id and l.language = v_language
  ) then
    -- Two transactions that bring the same languages in another order would deadlock.
    perform pg_advisory_xact_lock(1953854051, hashtext(new.user_id::text));
    insert into private.search_languages (user_id, language)
    values (new.user_id, v_language)
    on conflict do nothing;
  end if;
  if tg_op = 'UPDATE' and new.language <> old.language then
    -- What waits was written in the language that the session had.
    update public.message_search as w
    set words = (
      select private.search_vector(m.content, m.user_id, old.language)
      from public.conversation_messages as m
      where m.id = w.message_id
    )
    where w.user_id = old.user_id and w.words is null and w.session_id = new.id;
  end if;
  delete from private.session_search as w where w.session_id = new.id;
  if new.user_id is not null and (new.title <> '' or new.description <> '') then
    insert into private.session_search (session_id, user_id, words)
    values (new.id, new.user_id, private.session_vector(new));
  end if;
  return null;
end
$$;
revoke all on function private.tg_conversation_sessions__index_words()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_sessions__index_words() is
  'Keeps session_search and search_languages. Another language counts for the messages from then on: those that '
  'are there stay as they are, and are found, because a query is read in every language of the user.';

-- Before the one that carries the user to the messages, which are read in the new user's languages.
create trigger conversation_sessions_60_index_new after insert
  on public.conversation_sessions for each row
  when (new.title is not null or new.description is not null or new.language <> 'simple')
  execute function private.tg_conversation_sessions__index_words();
create trigger conversation_sessions_60_index_changed after update of
    title, description, language, user_id
  on public.conversation_sessions for each row
  when (
    (old.title, old.description, old.language, old.user_id)
    is distinct from (new.title, new.description, new.language, new.user_id)
  )
  execute function private.tg_conversation_sessions__index_words();

create function private.headline(p_text text, p_pattern text, p_ascii text, p_plain text)
returns text
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  -- Where a plain word stands as it is asked for; a regular expression takes five times as long.
  v_begins integer := strpos(p_text, p_plain);
  v_cut text;
  v_edge integer;
  v_marked text;
  v_length integer;
  v_is_ascii boolean;
  v_is_plain boolean;
begin
  if coalesce(v_begins, 0) = 0 then
    if octet_length(p_text) > 60000 then
      p_text := left(p_text, 15000);
    end if;
    -- The first match, and not all of them, as regexp_instr would look for.
    v_begins := strpos(
      regexp_replace(
        p_text,
        case when octet_length(p_text) = char_length(p_text) then p_ascii else p_pattern end,
        E'\x01'
      ),
      E'\x01'
    );
  end if;
  v_begins := greatest(1, v_begins - 60);
  -- substr would count the characters of all that it reads, four times as many as it returns.
  v_cut := (case when v_begins > 1 then right(p_text, 1 - v_begins) else p_text end)::varchar(241);
  v_length := char_length(v_cut);
  v_is_ascii := octet_length(v_cut) = v_length;
  -- From the end of a word to the end of a word, where there is one near.
  if v_length = 241 then
    v_edge := char_length(split_part(v_cut, ' ', -1));
    v_cut := left(v_cut, case when v_edge < 20 then -1 - v_edge else -1 end) || U&'\2026';
  end if;
  if v_begins > 1 then
    v_edge := char_length(split_part(v_cut, ' ', 1));
    v_cut := U&'\2026' || case when v_edge < 20 then right(v_cut, -1 - v_edge) else v_cut end;
  end if;
  v_cut := replace(v_cut, E'\x01', '');
  v_marked := replace(v_cut, p_plain, E'\x01');
  -- The expression once, and not once a match, where the one word stands nowhere else.
  v_is_plain := strpos(p_ascii, '|') = 0 and case
    when v_is_ascii then strpos(lower(v_marked collate "C"), p_plain) = 0
    else v_marked !~ p_pattern
  end;
  v_cut := replace(replace(replace(replace(
    case
      when v_is_plain then v_marked
      else regexp_replace(
        replace(v_cut, E'\x02', ''), case when v_is_ascii then p_ascii else p_pattern end, E'\x01\\&\x02', 'g'
      )
    end,
    '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;');
  return case
    when v_is_plain then replace(v_cut, E'\x01', '<mark>' || p_plain || '</mark>')
    else replace(replace(replace(v_cut, E'\x02\x01', ''), E'\x01', '<mark>'), E'\x02', '</mark>')
  end;
end
$$;
revoke all on function private.headline(text, text, text, text)
  from public, anon, authenticated, service_role;
grant execute on function private.headline(text, text, text, text) to authenticated, service_role;
comment on function private.headline(text, text, text, text) is
  'About 240 characters of a text around a match, the first of the plain word if that is there, as HTML: '
  'escaped, the matches in <mark>.';

create function private.is_hit(
  p_row public.message_search,
  p_exact tsquery,
  p_role public.message_role,
  p_brand_id uuid,
  p_from timestamptz
)
returns boolean
language sql
stable
parallel safe
begin atomic
  select p_row.words @@ p_exact
    and (p_role is null or p_row.role = p_role)
    and (p_brand_id is null or p_row.brand_id = p_brand_id)
    and (p_from is null or p_row.created_at >= p_from);
end;
revoke all on function
  private.is_hit(public.message_search, tsquery, public.message_role, uuid, timestamptz)
  from public, anon, authenticated, service_role;
comment on function
  private.is_hit(public.message_search, tsquery, public.message_role, uuid, timestamptz) is
  'Whether a message is what a search asks for, but for its session; a filter that is null does not filter. No '
  '"set": a part of the query that calls it.';

create type private.found_message as (
  message_id  uuid,
  created_at  timestamptz,
  rank        integer,
  block       integer,
  top_at      timestamptz,
  top_id      uuid
);
comment on type private.found_message is
  'A message that a search found: its rank in billionths, the number of its block in the page, and the place '
  'that all messages of the block are before.';

create type private.found_page as (
  found  private.found_message[],
  words  private.headline_words
);
comment on type private.found_page is
  'What a search found: by block, then rank, the first are its page; and what their headlines mark.';

create function private.is_in_session(p_session_id uuid, p_agent_type text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select 1
    from public.conversation_sessions as s
    where s.id = p_session_id and s.deleted_at is null
      and (p_agent_type is null or s.agent_type = p_agent_type)
  );
end
$$;
revoke all on function private.is_in_session(uuid, text)
  from public, anon, authenticated, service_role;
comment on function private.is_in_session(uuid, text) is
  'Whether a session is outside of the trash, and of this agent type unless that is null.';

create function private.newest_words(
  p_user_id uuid,
  p_session_id uuid,
  p_top_at timestamptz,
  p_top_id uuid,
  p_limit integer
)
returns setof public.message_search
language sql
stable
rows 300
begin atomic
  (
    select
      s.user_id, s.created_at, s.message_id, s.session_id, s.brand_id, s.role,
      coalesce(s.words, private.message_words(s.message_id))
    from public.message_search as s
    where p_session_id is null
      and s.user_id = p_user_id and (s.created_at, s.message_id) < (p_top_at, p_top_id)
    order by s.created_at desc, s.message_id desc
    limit p_limit
  )
  union all
  -- Also those without words: whoever counts them knows whether there are more.
  select
    s.user_id, s.created_at, s.message_id, s.session_id, s.brand_id, s.role,
    coalesce(s.words, private.message_words(s.message_id))
  from (
    select m.id, m.created_at
    from public.conversation_messages as m
    where p_session_id is not null and m.session_id = p_session_id and m.user_id = p_user_id
      and (m.created_at, m.id) < (p_top_at, p_top_id)
    order by m.sequence_order desc
    limit p_limit
  ) as n
  left join public.message_search as s
    on s.user_id = p_user_id and s.created_at = n.created_at and s.message_id = n.id;
end;
revoke all on function private.newest_words(uuid, uuid, timestamptz, uuid, integer)
  from public, anon, authenticated, service_role;
comment on function private.newest_words(uuid, uuid, timestamptz, uuid, integer) is
  'The newest messages of a user, the newest first, or of one session, in any order, before a place. No "set": a '
  'part of the query that calls it.';

create function private.matching_words(
  p_user_id uuid,
  p_loose tsquery,
  p_top_at timestamptz,
  p_top_id uuid,
  p_limit integer
)
returns setof public.message_search
language sql
stable
rows 100
begin atomic
  select s.user_id, s.created_at, s.message_id, s.session_id, s.brand_id, s.role, w.words
  from public.message_search as s
  cross join lateral (select private.message_words(s.message_id) as words offset 0) as w
  where s.user_id = p_user_id and s.words is null
    and (s.created_at, s.message_id) < (p_top_at, p_top_id) and w.words @@ p_loose
  union all
  -- coalesce hides the user from the planner, who would read all of the user's messages.
  (
    select s.*
    from public.message_search as s
    where s.words @@ p_loose
      and coalesce(s.user_id = p_user_id and (s.created_at, s.message_id) < (p_top_at, p_top_id), false)
    limit p_limit
  );
end;
revoke all on function private.matching_words(uuid, tsquery, timestamptz, uuid, integer)
  from public, anon, authenticated, service_role;
comment on function private.matching_words(uuid, tsquery, timestamptz, uuid, integer) is
  'A user''s messages with these words before a place: those that wait to be indexed, and p_limit of those that '
  'the index knows. Whether they are as many as p_limit stays as it is when waiting ones are indexed or others '
  'are written: pages see the same blocks. No "set": a part of the query that calls it.';

-- Reads what nobody may read, so it cannot be an invoker: row level security would keep the words, which are
-- compared by a function that may leak, out of the index. It takes the user from the token alone.
create function private.find_messages(
  p_query text,
  p_session_id uuid,
  p_role public.message_role,
  p_from timestamptz,
  p_to timestamptz,
  p_brand_id uuid,
  p_agent_type text,
  p_limit integer,
  p_cursor text
)
returns private.found_page
language plpgsql
stable
security definer
set search_path = ''
-- The words of one user are not in the statistics. A plan that is never wanted costs so much that it would be
-- compiled where it cannot be helped, as for a table of one row.
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  -- How many of the newest messages are looked at first, and at most.
  c_few constant integer := 80;
  c_many constant integer := 20000;
  -- So many compete for a rank, whatever the page's length: each page has to see the same blocks.
  c_enough constant integer := 20;
  -- What so many of the first have, the index gives too often to be faster than a longer look.
  c_often constant integer := 8;
  -- As many rows as the index may give.
  c_all constant integer := 10000;
  v_user_id constant uuid := (private.list_place(p_limit, null)).user_id;
  v_terms constant private.search_terms := private.search_terms(p_query, v_user_id);
  v_is_loose constant boolean := v_terms.loose <> v_terms.exact;
  -- No cursor names a time without end.
  v_top private.found_message := row(
    null, null, null, 1, coalesce(nullif(p_to, 'infinity'), clock_timestamp()),
    '00000000-0000-0000-0000-000000000000'
  );
  v_after private.found_message;
  v_asks_sessions boolean;
  v_walk integer;
  v_limit integer;
  v_read integer;
  v_near integer;
  v_hits integer;
  v_start private.found_message;
  v_newest private.found_message[];
  v_block private.found_message[];
  v_is_last boolean;
  v_page private.found_page;
begin
  if p_cursor is not null then
    if p_cursor !~ '^[0-9a-f]{104}$' then
      perform private.raise_error('INVALID_ARGUMENT', 'p_cursor is the cursor of the last row you got.');
    end if;
    v_after.rank := ('x' || left(p_cursor, 8))::bit(32)::integer;
    select c.o_at, c.o_id into v_after.created_at, v_after.message_id
    from private.decode_cursor(substr(p_cursor, 9, 48)) as c;
    select c.o_at, c.o_id into v_top.top_at, v_top.top_id
    from private.decode_cursor(right(p_cursor, 48)) as c;
  end if;
  if v_is_loose is null then
    return v_page;
  end if;
  v_asks_sessions := p_agent_type is not null or exists (
    select 1
    from public.conversation_sessions as s
    where s.user_id = v_user_id and s.deleted_at is not null
  );

  loop
    v_walk := case when p_session_id is null then c_few else c_many end;
    v_start := row(v_top.top_id, v_top.top_at, null, null, null, null);
    v_newest := null;
    loop
      -- Of a common word there are enough among the newest messages.
      select
        count(*),
        count(*) filter (where v_is_loose and v_walk = c_few and w.words @@ v_terms.loose),
        array_agg(
          row(
            w.message_id, w.created_at, (ts_rank(w.words, v_terms.ranked, 1) * 1000000000)::integer,
            v_top.block, v_top.top_at, v_top.top_id
          )::private.found_message
          -- In the order in which newest_words gives them; those of a session are sorted below.
        ) filter (
          where private.is_hit(w, v_terms.exact, p_role, p_brand_id, p_from)
            and (not v_asks_sessions or private.is_in_session(w.session_id, p_agent_type))
        )
      into v_read, v_near, v_block
      from private.newest_words(
        v_user_id, p_session_id, v_start.created_at, v_start.message_id, v_walk
      ) as w;
      if p_session_id is not null and v_block is not null then
        v_block := array(
          select b from unnest(v_block) as b order by b.created_at desc, b.message_id desc
        );
      end if;
      v_block := v_newest || v_block;
      v_hits := coalesce(cardinality(v_block), 0);
      v_is_last := v_read < v_walk;
      exit when v_is_last or v_walk = c_many or v_hits >= c_enough;
      v_limit := case
        when v_walk > c_few or v_hits = 0 and not v_is_loose then c_all
        when greatest(v_near, v_hits) >= c_often then 0
        -- As long as it takes to look at more of the newest.
        else 1500 / greatest(v_hits, 1)
      end;
      v_newest := v_block;
      if v_limit > 0 then
        -- Of a rare word the index knows all.
        select
          count(*),
          array_agg(
            row(
              w.message_id, w.created_at, (ts_rank(w.words, v_terms.ranked, 1) * 1000000000)::integer,
              v_top.block, v_top.top_at, v_top.top_id
            )::private.found_message
            order by w.created_at desc, w.message_id desc
          ) filter (
            where private.is_hit(w, v_terms.exact, p_role, p_brand_id, p_from)
              and (not v_asks_sessions or private.is_in_session(w.session_id, p_agent_type))
          )
        into v_read, v_block
        from private.matching_words(
          v_user_id, v_terms.loose, v_top.top_at, v_top.top_id, v_limit
        ) as w;
        v_is_last := v_read < v_limit;
        exit when v_is_last;
      end if;
      -- On from the last hit.
      if v_hits > 0 then
        v_start := v_newest[v_hits];
      end if;
      v_walk := case
        when v_limit = c_all then c_many
        else c_few * 30 / greatest(v_hits, 1)
      end;
    end loop;
    exit when v_block is null;
    v_is_last := v_is_last and cardinality(v_block) <= 300;
    -- So many compete for a rank.
    v_block := v_block[1:300];
    if v_after.rank is null then
      v_page.found := v_page.found || v_block;
    else
      v_page.found := v_page.found || array(
        select m
        from unnest(v_block) as m
        where (m.rank, m.created_at, m.message_id) < (v_after.rank, v_after.created_at, v_after.message_id)
      );
    end if;
    exit when v_is_last or cardinality(v_page.found) >= p_limit
      -- One long walk a page: the next page goes on from here.
      or (v_walk = c_many and cardinality(v_page.found) > 0);
    v_top := row(
      null, null, null, v_top.block + 1,
      v_block[cardinality(v_block)].created_at, v_block[cardinality(v_block)].message_id
    );
    v_after := null;
  end loop;
  if v_page.found <> '{}' then
    v_page.words := private.headline_words(v_terms.named);
  end if;
  return v_page;
end
$$;
revoke all on function
  private.find_messages(text, uuid, public.message_role, timestamptz, timestamptz, uuid, text, integer, text)
  from public, anon, authenticated, service_role;
grant execute on function
  private.find_messages(text, uuid, public.message_role, timestamptz, timestamptz, uuid, text, integer, text)
  to authenticated, service_role;
comment on function
  private.find_messages(text, uuid, public.message_role, timestamptz, timestamptz, uuid, text, integer, text)
  is
  'The calling user''s messages that match, none of the trash: ranked within blocks of the newest matches, '
  'because to rank all matches of a common word means to read them.';

create type public.found_message as (
  message_id      uuid,
  session_id      uuid,
  session_title   text,
  role            public.message_role,
  sequence_order  integer,
  created_at      timestamptz,
  rank            real,
  headline        text,
  cursor          text
);
comment on type public.found_message is
  'A message that search_messages found. rank: 0 to 1. headline: about 240 characters of the content around '
  'a match, as HTML: escaped, the matches in <mark>. cursor: for the next page.';

create function public.search_messages(
  p_query text,
  p_session_id uuid default null,
  p_role public.message_role default null,
  p_from timestamptz default null,
  p_to timestamptz default null,
  p_brand_id uuid default null,
  p_agent_type text default null,
  p_limit integer default 20,
  p_cursor text default null
)
returns setof public.found_message
language plpgsql
stable
security invoker
rows 20
set search_path = ''
-- A page of no hits looks cheap with its own plan, which would be made each time.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_page constant private.found_page := private.find_messages(
    p_query, p_session_id, p_role, p_from, p_to, p_brand_id, p_agent_type, p_limit, p_cursor
  );
begin
  -- Apart, because the whole condition would be planned anew each time.
  if p_session_id is not null then
    if not exists (
      select 1
      from public.conversation_sessions as s
      where s.id = p_session_id and s.user_id = (select auth.uid()) and s.deleted_at is null
    ) then
      perform private.raise_error('SESSION_NOT_FOUND');
    end if;
  end if;
  return query
  select
    m.id, m.session_id, s.title, m.role, m.sequence_order, m.created_at,
    (f.rank / 1000000000.0)::real,
    private.headline(
      m.content, (v_page.words).pattern, (v_page.words).ascii, (v_page.words).plain
    ),
    lpad(to_hex(f.rank), 8, '0') || private.encode_cursor(f.created_at, f.message_id)
      || private.encode_cursor(f.top_at, f.top_id)
  from (
    select w.*
    from unnest(v_page.found) as w
    order by w.block, w.rank desc, w.created_at desc, w.message_id desc
    limit p_limit
  ) as f
  join public.conversation_messages as m on m.id = f.message_id
  join public.conversation_sessions as s on s.id = m.session_id
  order by f.block, f.rank desc, f.created_at desc, f.message_id desc;
end
$$;
revoke all on function
  public.search_messages(text, uuid, public.message_role, timestamptz, timestamptz, uuid, text, integer, text)
  from public, anon, authenticated, service_role;
grant execute on function
  public.search_messages(text, uuid, public.message_role, timestamptz, timestamptz, uuid, text, integer, text)
  to authenticated, service_role;
comment on function
  public.search_messages(text, uuid, public.message_role, timestamptz, timestamptz, uuid, text, integer, text)
  is
  E'The calling user''s messages with these words, best first.\n\n'
  'p_query: words that all have to be there, in any order; "a phrase"; prefix*; -excluded; a or b. Case and '
  'accents do not matter; parts of words of 12 letters and more are found; any text without U+0000 is a '
  'query, of which the first 1,000 characters count. Ranked in blocks: the newest matches, 300 at most, then the next. '
  'Filters: p_session_id, p_role, p_from (inclusive), p_to (exclusive), p_brand_id, p_agent_type. '
  'p_limit: 1 to 200, default 20. p_cursor: the cursor of the last row of the page before. '
  'Who: signed-in users. Errors: PT400 INVALID_ARGUMENT; PT401 UNAUTHENTICATED; PT404 SESSION_NOT_FOUND.';

create type public.found_session as (
  session_id        uuid,
  brand_id          uuid,
  title             text,
  description       text,
  agent_type        text,
  status            public.session_status,
  created_at        timestamptz,
  last_activity_at  timestamptz,
  message_count     integer,
  rank              real,
  headline          text,
  cursor            text
);
comment on type public.found_session is
  'A session that search_sessions found. rank: 0 to 1. headline: title and description around a match, as '
  'HTML: escaped, the matches in <mark>. cursor: for the next page.';

create function private.find_sessions(p_query text)
returns table (session_id uuid, rank integer, words private.headline_words)
language plpgsql
stable
security definer
rows 100
set search_path = ''
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_user_id constant uuid := auth.uid();
  v_terms constant private.search_terms := private.search_terms(p_query, v_user_id);
begin
  return query
  select
    w.session_id, (ts_rank(w.words, v_terms.ranked, 1) * 1000000000)::integer,
    (select private.headline_words(v_terms.named))
  from (
    select s.*
    from private.session_search as s
    where s.words @@ v_terms.loose and coalesce(s.user_id = v_user_id, false)
    limit 10000
  ) as w
  where w.words @@ v_terms.exact;
end
$$;
revoke all on function private.find_sessions(text) from public, anon, authenticated, service_role;
grant execute on function private.find_sessions(text) to authenticated, service_role;
comment on function private.find_sessions(text) is
  'The calling user''s sessions whose title or description matches, those in the trash too, with ranks; '
  '10,000 at most. Definer: see find_messages.';

create function public.search_sessions(
  p_query text,
  p_status public.session_status default null,
  p_agent_type text default null,
  p_brand_id uuid default null,
  p_from timestamptz default null,
  p_to timestamptz default null,
  p_limit integer default 20,
  p_cursor text default null
)
returns setof public.found_session
language plpgsql
stable
security invoker
rows 20
set search_path = ''
as $$
declare
  v_limit constant integer := (private.list_place(p_limit, null, p_status)).row_limit;
  v_rank integer := 2147483647;
  v_at timestamptz := 'infinity'::timestamptz;
  v_id uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid;
begin
  if p_cursor is not null then
    if p_cursor !~ '^[0-9a-f]{56}$' then
      perform private.raise_error('INVALID_ARGUMENT', 'p_cursor is the cursor of the last row you got.');
    end if;
    v_rank := ('x' || left(p_cursor, 8))::bit(32)::integer;
    select c.o_at, c.o_id into v_at, v_id from private.decode_cursor(substr(p_cursor, 9)) as c;
  end if;
  return query
  select
    f.id, f.brand_id, f.title, f.description, f.agent_type, f.status, f.created_at, f.last_activity_at,
    f.message_count, (f.rank / 1000000000.0)::real,
    private.headline(
      concat_ws(U&' \2014 ', f.title, f.description), (f.words).pattern, (f.words).ascii, (f.words).plain
    ),
    lpad(to_hex(f.rank), 8, '0') || private.encode_cursor(f.last_activity_at, f.id)
  from (
    select s.*, h.rank, h.words
    from private.find_sessions(p_query) as h
    join public.conversation_sessions as s on s.id = h.session_id
    where s.deleted_at is null
      and (h.rank, s.last_activity_at, s.id) < (v_rank, v_at, v_id)
      and (p_status is null or s.status = p_status)
      and (p_agent_type is null or s.agent_type = p_agent_type)
      and (p_brand_id is null or s.brand_id = p_brand_id)
      and (p_from is null or s.last_activity_at >= p_from)
      and (p_to is null or s.last_activity_at < p_to)
    order by h.rank desc, s.last_activity_at desc, s.id desc
    limit v_limit
  ) as f
  order by f.rank desc, f.last_activity_at desc, f.id desc;
end
$$;
revoke all on function
  public.search_sessions(text, public.session_status, text, uuid, timestamptz, timestamptz, integer, text)
  from public, anon, authenticated, service_role;
grant execute on function
  public.search_sessions(text, public.session_status, text, uuid, timestamptz, timestamptz, integer, text)
  to authenticated, service_role;
comment on function
  public.search_sessions(text, public.session_status, text, uuid, timestamptz, timestamptz, integer, text)
  is
  E'The calling user''s sessions with these words in title or description, best first.\n\n'
  'p_query: as in search_messages. Filters: p_status (active or archived), p_agent_type, p_brand_id; p_from '
  '(inclusive) and p_to (exclusive) by last activity. p_limit: 1 to 200, default 20. p_cursor: the cursor of '
  'the last row of the page before. Who: signed-in users. '
  'Errors: PT400 INVALID_ARGUMENT; PT401 UNAUTHENTICATED.';

-- What was there before this file.
insert into private.search_languages (user_id, language)
select distinct s.user_id, private.search_language(s.language)
from public.conversation_sessions as s
where s.user_id is not null and private.search_language(s.language) <> 'simple';
insert into private.session_search (session_id, user_id, words)
select s.id, s.user_id, private.session_vector(s)
from public.conversation_sessions as s
where s.user_id is not null and (s.title <> '' or s.description <> '');
insert into public.message_search (user_id, created_at, message_id, session_id, brand_id, role, words)
select
  m.user_id, m.created_at, m.id, m.session_id, m.brand_id, m.role,
  private.search_vector(m.content, m.user_id, s.language)
from public.conversation_messages as m
join public.conversation_sessions as s on s.id = m.session_id
where m.user_id is not null and m.status <> 'streaming' and m.content <> '';
select pg_catalog.gin_clean_pending_list('public.message_search_words_idx'::regclass);
