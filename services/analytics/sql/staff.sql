-- Active staff by part of the area and level of their grid.
SELECT a.part, g.level, count(*) AS n
FROM unnest(%(ids)s::bigint[], %(parts)s::bigint[]) AS a(id, part)
JOIN staff s ON s.grid_id = a.id AND s.status = 'active'
JOIN grid g ON g.id = a.id
GROUP BY a.part, g.level
