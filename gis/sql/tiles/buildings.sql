-- Footprints of the buildings 楼栋.
SELECT b.id, b.floors, b.grid_id AS grid, b.plain, b.geom_3857 AS geom
FROM building b
WHERE b.geom_3857 && :around
  AND (:scope_all OR b.grid_id IN (SELECT unnest(:scope_ids)))
