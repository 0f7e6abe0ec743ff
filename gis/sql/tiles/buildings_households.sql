-- Footprints of the buildings 楼栋 with the number of registered households 户 in each.
SELECT b.id, b.floors, b.grid_id AS grid, h.n, b.geom_3857 AS geom
FROM building b
CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM household h
    WHERE h.building_id = b.id
      AND h.status = 'active'
      AND (:scope_all OR h.grid_id IN (SELECT unnest(:scope_ids)))
) h
WHERE b.geom_3857 && :around
  AND (:scope_all OR b.grid_id IN (SELECT unnest(:scope_ids)))
