-- Names of places 地名 of the base map.
SELECT p.id, p.kind, p.rank, p.name, p.geom_3857 AS geom
FROM basemap_place p
WHERE p.geom_3857 && :around
  AND {inside p.geom}
  AND p.rank <= :rank
  AND (:scope_all OR p.grid_id = ANY(:scope_ids) OR p.grid_id = ANY({villages}))
