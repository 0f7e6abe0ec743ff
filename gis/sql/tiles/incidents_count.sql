-- Open incidents 未结事件 by grid.
{member}
SELECT m.cell AS grid, m.level, sum(i.n)::bigint AS n, m.geom
FROM member m
CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM incident i WHERE i.grid_id = m.grid AND i.closed_at IS NULL
) i
WHERE i.n > 0
GROUP BY m.cell, m.level, m.geom
