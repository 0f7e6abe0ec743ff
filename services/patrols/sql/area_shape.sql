-- The outline of an area and, for a line with a width, its line; GeoJSON to 0.1 m.
SELECT ST_AsGeoJSON(geom, 6) AS geometry, ST_AsGeoJSON(line, 6) AS line,
    ST_X(ST_PointOnSurface(geom)) AS lon, ST_Y(ST_PointOnSurface(geom)) AS lat
FROM patrol_area WHERE id = :area
