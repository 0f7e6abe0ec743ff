-- Actual population 实有人口 by grid.
{member}
SELECT m.cell AS grid, m.level, sum(p.n)::bigint AS n, m.geom
FROM member m
CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM person p WHERE p.grid_id = m.grid AND p.status = 'active'
) p
WHERE p.n > 0
GROUP BY m.cell, m.level, m.geom
