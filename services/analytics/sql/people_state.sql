-- Names the committed state of the area's figures of people: equal answers, equal figures.
SELECT 'person_tally'::regclass::oid::bigint AS incarnation, max(id) AS last, count(*) AS rows
FROM person_tally
WHERE grid_id = ANY(%(ids)s::bigint[])
