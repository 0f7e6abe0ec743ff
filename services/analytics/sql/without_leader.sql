-- Living grids without a leader 网格长, the highest levels first; of_all counts them all.
SELECT g.id, g.code, g.name, g.level, g.path, count(*) OVER () AS of_all
FROM grid g
WHERE g.id = ANY(%(ids)s::bigint[]) AND g.valid_to IS NULL AND NOT EXISTS (
    SELECT FROM post p JOIN staff s ON s.id = p.staff_id AND s.status = 'active'
    WHERE p.grid_id = g.id AND p.kind = 'leader' AND p.valid_to IS NULL)
ORDER BY g.level, g.code
LIMIT %(limit)s
