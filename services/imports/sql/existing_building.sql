-- Stored buildings that an import meets again.
SELECT id, grid_id, code AS key, name, address, use, floors, units, height_m,
    ST_AsBinary(geom) AS wkb
FROM building
WHERE code = ANY(:keys)
