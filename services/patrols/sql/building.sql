-- A building in the caller's scope with its box and the ids of its chain of grids.
SELECT b.id, b.code, b.name, b.address, b.use, b.floors, b.units, b.grid_id, g.path,
    ST_X(b.point) AS lon, ST_Y(b.point) AS lat,
    ST_XMin(b.geom) AS west, ST_YMin(b.geom) AS south,
    ST_XMax(b.geom) AS east, ST_YMax(b.geom) AS north
FROM building AS b JOIN grid AS g ON g.id = b.grid_id
WHERE b.id = :building AND (:scope_all OR b.grid_id = ANY(CAST(:scope_ids AS bigint[])))
