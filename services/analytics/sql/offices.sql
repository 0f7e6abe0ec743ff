-- Posts in force by level of their grid and kind: grids of the area, staff in service.
SELECT g.level, p.kind, count(*) AS n
FROM post p
JOIN staff s ON s.id = p.staff_id AND s.status = 'active'
JOIN grid g ON g.id = p.grid_id AND g.valid_to IS NULL
WHERE p.grid_id = ANY(%(ids)s::bigint[]) AND p.valid_to IS NULL
GROUP BY 1, 2
