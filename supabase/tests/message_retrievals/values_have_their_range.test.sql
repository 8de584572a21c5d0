begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(14);

select tests.visit(1);
select tests.fill(1, 1);
insert into public.message_retrievals (message_id, session_id) values (tests.m(1), tests.s(1));
select is(
  tests.error_of(format('update public.message_retrievals set %s', c.change)), c.expected, c.name
)
from (
  values
    ('1000 scores', 'similarity_scores = array_fill(1, array[1000])', 'ok'),
    ('1001 scores', 'similarity_scores = array_fill(1, array[1001])', '23514'),
    ('383 numbers', 'query_embedding = array_fill(1, array[383])', '23514'),
    ('384 numbers', 'query_embedding = array_fill(1, array[384])', 'ok'),
    ('385 numbers', 'query_embedding = array_fill(1, array[385])', '23514'),
    ('a score of null', 'similarity_scores = array[1, null]', '23514'),
    ('a score that is no number', $$ similarity_scores = '{NaN}' $$, '23514'),
    ('no score at all', $$ similarity_scores = '{}' $$, 'ok'),
    ('a table of scores', $$ similarity_scores = '{{1}}' $$, '23514'),
    ('an infinite number', $$ query_embedding = array_fill('-Infinity'::real, array[384]) $$, '23514'),
    ('384 nulls', 'query_embedding = array_fill(null::real, array[384])', '23514'),
    ('256 KiB of matches', $$ similar_qa_matches = to_jsonb(repeat('x', 262142)) $$, 'ok'),
    ('more of them', $$ similar_qa_matches = to_jsonb(repeat('x', 262143)) $$, 'PT413 TOO_LARGE')
) as c (name, change, expected);
delete from public.message_retrievals;
select is(
  tests.error_of(
    format(
      $$
        insert into public.message_retrievals (message_id, session_id, similar_qa_matches)
        values (%L, %L, to_jsonb(repeat('x', 262143)))
      $$, tests.m(1), tests.s(1)
    )
  ), 'PT413 TOO_LARGE', 'in an insert too'
);

select * from finish();
rollback;
