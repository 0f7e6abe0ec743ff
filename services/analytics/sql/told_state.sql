-- Names the committed state of all figures of people and households, and of the tree of grids;
-- inside a transaction that writes it is that transaction's own. No caller is told it.
SELECT 'person_tally'::regclass::oid::bigint AS incarnation, t.last, t.rows, e.n AS epoch,
       h.listed AS households, pg_current_xact_id_if_assigned()::text AS writer
FROM (
    SELECT max(id) AS last, count(*) AS rows
    FROM person_tally WHERE %(scope_all)s OR grid_id = ANY(%(scope_ids)s)
) t
CROSS JOIN (SELECT n FROM access_epoch) e
CROSS JOIN (
    SELECT string_agg(concat(grid_id, ':', n), ',' ORDER BY grid_id) AS listed
    FROM (
        SELECT grid_id, count(*) AS n FROM household
        WHERE status = 'active' AND (%(scope_all)s OR grid_id = ANY(%(scope_ids)s))
        GROUP BY grid_id
    ) by_grid
) h
