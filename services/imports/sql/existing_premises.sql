-- Active premises that an import meets again; a licence is unique in its grid.
SELECT id, grid_id, licence AS key, TRUE AS seen, name, kind, address, floor_area_m2, employees,
    attention, no_place_reason, ST_AsBinary(geom) AS wkb
FROM premises
WHERE status = 'active' AND licence = ANY(:keys)
    AND (:scope_all OR grid_id = ANY(CAST(:scope_ids AS bigint[])))
