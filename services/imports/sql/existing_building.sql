-- Stored buildings that an import meets again. Codes are unique over all grids, so one that the
-- caller can not see is still met, but tells nothing of itself.
SELECT id, grid_id, code AS key, seen.it AS seen,
    CASE WHEN seen.it THEN name END AS name, CASE WHEN seen.it THEN address END AS address,
    CASE WHEN seen.it THEN use END AS use, CASE WHEN seen.it THEN floors END AS floors,
    CASE WHEN seen.it THEN units END AS units, CASE WHEN seen.it THEN height_m END AS height_m,
    CASE WHEN seen.it THEN ST_AsBinary(geom) END AS wkb
FROM building
CROSS JOIN LATERAL (SELECT :scope_all OR grid_id = ANY(CAST(:scope_ids AS bigint[])) AS it) AS seen
WHERE code = ANY(:keys)
