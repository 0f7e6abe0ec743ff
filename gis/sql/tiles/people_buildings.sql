-- Actual population 实有人口 by building; whoever has no building in the own grid, by grid.
{member}
SELECT b.id, b.grid_id AS grid, NULL::smallint AS level, p.n, b.geom
FROM (
    SELECT b.id, b.grid_id, ST_Transform(b.point, 3857) AS geom
    FROM building b
    WHERE b.point && :lonlat
      AND (:everything OR b.grid_id = ANY(:ids))
) b
CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM person p
    WHERE p.grid_id = b.grid_id AND p.building_id = b.id AND p.status = 'active'
) p
WHERE {inside b.geom}
  AND p.n > 0
UNION ALL
SELECT NULL, m.cell, m.level, count(*), m.geom
FROM member m
JOIN person p ON p.grid_id = m.grid AND p.status = 'active'
LEFT JOIN building b ON b.id = p.building_id
WHERE b.grid_id IS DISTINCT FROM p.grid_id
GROUP BY m.cell, m.level, m.geom
