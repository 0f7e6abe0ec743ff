-- Living micro-grids that a drawn shape covers by half or more, as far as the caller sees them.
WITH drawn AS (SELECT ST_GeomFromWKB(%(shape)s, 4490) AS geom)
SELECT g.id, ST_Area(g.geom::geography) / 1e6 AS km2
FROM drawn d
JOIN grid g ON g.geom && d.geom
WHERE g.level = 5 AND g.valid_to IS NULL
  AND (%(scope_all)s OR g.id = ANY(%(scope_ids)s))
  AND (ST_Covers(d.geom, g.geom)
       OR ST_Area(ST_Intersection(d.geom, g.geom)) * 2 >= ST_Area(g.geom))
