-- What the rules of the catalogue begin and end by a day: all of it, with the day on which it is right.
-- A label that ends may turn into another (becomes), which may end as well; nothing follows on that.
WITH living AS NOT MATERIALIZED (
    SELECT id, grid_id, birth_date, created_at::date AS made_on FROM person
    WHERE status = 'active' AND (%(scope_all)s OR grid_id = ANY(%(scope_ids)s))
      AND (%(people)s::bigint[] IS NULL OR id = ANY(%(people)s::bigint[]))
),
ending AS (
    SELECT l.id, l.person_id, p.grid_id, p.birth_date, l.label_code, e.day, e.reason, c.becomes
    FROM person_label l
    JOIN living p ON p.id = l.person_id
    JOIN label c ON c.code = l.label_code
    CROSS JOIN LATERAL label_ends(
        c, p.birth_date, l.started_on, l.started_by, coalesce(l.counts_from, l.started_on),
        l.term_ends_on) AS e
    WHERE l.stopped_on IS NULL AND NOT l.held AND e.day <= %(to)s
),
-- One that a hand keeps, or that began later anyway, is not begun once more.
turned AS (
    SELECT s.person_id, s.grid_id, s.birth_date, s.becomes AS label_code, s.day,
           s.label_code AS out_of
    FROM ending s
    WHERE s.becomes IS NOT NULL AND NOT EXISTS (
        SELECT FROM person_label h
        WHERE h.person_id = s.person_id AND h.label_code = s.becomes AND h.stopped_on IS NULL
          AND (h.held OR h.started_on >= s.day))
),
-- Whoever has it already: its years count anew from the later day.
stops AS (
    SELECT DISTINCT ON (id) id, person_id, grid_id, label_code, day, reason
    FROM (
        SELECT id, person_id, grid_id, label_code, day, reason FROM ending
        UNION ALL
        SELECT l.id, t.person_id, t.grid_id, t.label_code, t.day, 'again'
        FROM turned t
        JOIN person_label l ON l.person_id = t.person_id AND l.label_code = t.label_code
        WHERE l.stopped_on IS NULL
    ) AS both_ways
    ORDER BY id, day, reason
),
-- Begun by age: never yet, or last ended by rule. What a hand has stopped stays stopped, and what was
-- over before the entry was made is not told afterwards.
begun AS (
    SELECT p.id AS person_id, p.grid_id, p.birth_date, c.code AS label_code,
           greatest(birthday(p.birth_date, c.start_age::int), last.stopped_on) AS day,
           NULL AS out_of
    FROM label c
    JOIN living p ON birthday(p.birth_date, c.start_age::int) <= %(to)s
    LEFT JOIN LATERAL (
        SELECT x.id, x.stopped_on, x.stopped_by FROM person_label x
        WHERE x.person_id = p.id AND x.label_code = c.code
        ORDER BY x.stopped_on DESC NULLS FIRST, x.id DESC
        LIMIT 1
    ) AS last ON true
    WHERE c.starts_by_rule AND (last.id IS NULL OR last.stopped_by = 'rule')
      AND (c.end_age IS NULL OR birthday(p.birth_date, c.end_age::int) > p.made_on)
    UNION ALL
    SELECT s.person_id, s.grid_id, s.birth_date, s.label_code,
           birthday(s.birth_date, c.start_age::int), NULL
    FROM ending s
    JOIN label c ON c.code = s.label_code
    WHERE s.reason = 'birth_date' AND birthday(s.birth_date, c.start_age::int) <= %(to)s
    UNION ALL
    SELECT person_id, grid_id, birth_date, label_code, day, out_of FROM turned
),
starts AS (
    SELECT b.*, e.day AS ends, e.reason
    FROM begun b
    JOIN label c ON c.code = b.label_code
    LEFT JOIN LATERAL label_ends(c, b.birth_date, b.day, 'rule', b.day, NULL) AS e
        ON e.day <= greatest(b.day, %(to)s)
    WHERE b.day <= %(to)s AND (e.day IS NULL OR e.day > b.day)
)
SELECT id, person_id, grid_id, label_code, 'stop' AS act, day, reason, NULL AS out_of FROM stops
UNION ALL
SELECT NULL, person_id, grid_id, label_code, 'start', day, NULL, out_of FROM starts
UNION ALL
SELECT NULL, person_id, grid_id, label_code, 'stop', ends, reason, NULL FROM starts
WHERE ends IS NOT NULL
ORDER BY person_id, day, act DESC, label_code, id
