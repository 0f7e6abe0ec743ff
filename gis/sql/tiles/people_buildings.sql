-- Actual population 实有人口 by building; whoever has no building in the own grid, by grid.
{member}
SELECT b.id, b.grid_id AS grid, NULL::smallint AS level, p.n, ST_Transform(b.point, 3857) AS geom
FROM building b
CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM person p
    WHERE p.grid_id = b.grid_id AND p.building_id = b.id AND p.status = 'active'
) p
WHERE b.point && :lonlat
  AND {inside b.point}
  AND (:scope_all OR b.grid_id = ANY(:scope_ids))
  AND p.n > 0
UNION ALL
SELECT NULL, c.id, c.level, p.n, c.geom
FROM (
    SELECT m.cell, sum(p.n)::bigint AS n
    FROM member m
    CROSS JOIN LATERAL (
        SELECT p.building_id, count(*) AS n FROM person p
        WHERE p.grid_id = m.grid AND p.status = 'active' GROUP BY p.building_id
    ) p
    LEFT JOIN building b ON b.id = p.building_id
    WHERE b.grid_id IS DISTINCT FROM m.grid
    GROUP BY m.cell
) p
JOIN cell c ON c.id = p.cell
