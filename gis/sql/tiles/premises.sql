-- Premises 场所, each at its place; those without a place as a count at their grid.
{member}
SELECT p.id, p.kind, p.attention, (p.due_on <= current_date)::int AS due, p.grid_id AS grid,
       NULL::smallint AS level, NULL::bigint AS n, p.geom_3857 AS geom
FROM premises p
WHERE p.geom_3857 && :around
  AND {inside p.geom}
  AND p.status = 'active'
  AND (:scope_all OR p.grid_id = ANY(:scope_ids))
UNION ALL
SELECT NULL, NULL, NULL, NULL, c.id, c.level, p.n, c.geom
FROM (
    SELECT m.cell, count(*) AS n
    FROM member m
    JOIN premises p ON p.grid_id = m.grid AND p.status = 'active' AND p.geom IS NULL
    GROUP BY m.cell
) p
JOIN cell c ON c.id = p.cell
