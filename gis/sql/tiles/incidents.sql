-- Open incidents 未结事件, each at its place; those without a place as a count at their grid.
-- The light follows from warn_at and due_at (seconds since 1970) and the clock of whoever looks.
{member}
SELECT i.id, i.category, extract(epoch FROM i.warn_at)::bigint AS warn_at,
       extract(epoch FROM i.due_at)::bigint AS due_at, i.grid_id AS grid,
       NULL::smallint AS level, NULL::bigint AS n, i.geom_3857 AS geom
FROM incident i
WHERE i.geom_3857 && :around
  AND {inside i.geom}
  AND i.closed_at IS NULL
  AND (:scope_all OR i.grid_id = ANY(:scope_ids))
UNION ALL
SELECT NULL, NULL, NULL, NULL, c.id, c.level, i.n, c.geom
FROM (
    SELECT m.cell, count(*) AS n
    FROM member m
    JOIN incident i ON i.grid_id = m.grid AND i.closed_at IS NULL AND i.geom IS NULL
    GROUP BY m.cell
) i
JOIN cell c ON c.id = i.cell
