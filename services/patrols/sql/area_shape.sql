-- The outline of an area and, for a line with a width, its line; GeoJSON to 0.1 m.
SELECT ST_AsGeoJSON(a.geom, 6) AS geometry, ST_AsGeoJSON(a.line, 6) AS line,
    ST_X(ST_PointOnSurface(a.geom)) AS lon, ST_Y(ST_PointOnSurface(a.geom)) AS lat
FROM patrol_area AS a
WHERE a.id = :area AND (
    :scope_all OR a.grid_id = ANY(CAST(:scope_ids AS bigint[]))
    OR EXISTS (SELECT FROM patrol_officer AS o
        WHERE o.area_id = a.id AND o.staff_id = CAST(:staff_id AS bigint)))
