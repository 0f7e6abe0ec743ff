-- Premises 场所 by grid.
{member}
SELECT c.id AS grid, c.level, t.n, c.geom
FROM (
    SELECT m.cell, count(*) AS n
    FROM member m
    JOIN premises t ON t.grid_id = m.grid AND t.status = 'active'
    WHERE :scope_all OR t.grid_id = ANY(:scope_ids)
    GROUP BY m.cell
) t
JOIN cell c ON c.id = t.cell
WHERE t.n > 0
