-- Give every place that is still open its grid of one level. The grids drive the loop (OFFSET 0
-- keeps the planner from turning it round), so that each polygon is unpacked once. ST_Covers
-- says nothing that ST_DWithin does not, but is prepared once for each polygon: it answers for
-- the many places inside, and only the few near a border go through every vertex.
INSERT INTO locate_found (key, grid_id)
SELECT DISTINCT ON (p.key) p.key, g.id
FROM (
    SELECT id, code, geom FROM grid WHERE valid_to IS NULL AND level = :level OFFSET 0
) AS g
CROSS JOIN LATERAL (
    SELECT key
    FROM locate_place
    WHERE place && ST_Expand(g.geom, :tolerance)
        AND (ST_Covers(g.geom, place) OR ST_DWithin(g.geom, place, :tolerance))
    OFFSET 0
) AS p
ORDER BY p.key, g.code COLLATE "C"
