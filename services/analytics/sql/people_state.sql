-- Names the committed state of all people's figures: equal answers, equal figures.
SELECT 'person_tally'::regclass::oid::bigint AS incarnation, max(id) AS last, count(*) AS rows
FROM person_tally
