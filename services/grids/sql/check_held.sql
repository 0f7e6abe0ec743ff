-- Rows of {table} whose middle does not lie in their own grid; no one grid is the right one.
SELECT t.id, t.grid_id, CAST(NULL AS bigint)
FROM {table} AS t
JOIN grid AS g ON g.id = t.grid_id
WHERE NOT ST_Covers(g.geom, ST_PointOnSurface(t.geom))
    AND NOT ST_DWithin(g.geom, ST_PointOnSurface(t.geom), :tolerance)
ORDER BY t.id
