-- The grid of one place: the deepest current grid within :tolerance of it, smallest code first.
-- The inner query sorts the few candidates by their boxes, so that the outer one stops at the
-- first hit and never looks into the large polygons of the upper levels without need.
SELECT id, code, level, path
FROM (
    SELECT g.id, g.code, g.level, g.path, g.geom, p.place
    FROM (SELECT ST_PointOnSurface(ST_GeomFromWKB(:wkb, 4490)) AS place) AS p
    JOIN grid AS g ON g.geom && ST_Expand(p.place, :tolerance)
    WHERE g.valid_to IS NULL
    ORDER BY g.level DESC, g.code COLLATE "C"
    OFFSET 0
) AS candidate
WHERE ST_DWithin(geom, place, :tolerance)
LIMIT 1
