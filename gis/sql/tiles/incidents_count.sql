-- Open incidents 未结事件 by grid.
{member}
SELECT c.id AS grid, c.level, t.n, c.geom
FROM (
    SELECT m.cell, count(*) AS n
    FROM member m
    JOIN incident t ON t.grid_id = m.grid AND t.closed_at IS NULL
    WHERE :scope_all OR t.grid_id = ANY(:scope_ids)
    GROUP BY m.cell
) t
JOIN cell c ON c.id = t.cell
WHERE t.n > 0
