-- Active premises that an import meets again.
SELECT id, grid_id, licence AS key, name, kind, address, floor_area_m2, employees, attention,
    no_place_reason, ST_AsBinary(geom) AS wkb
FROM premises
WHERE status = 'active' AND licence = ANY(:keys)
