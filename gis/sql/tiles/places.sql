-- Names of places 地名 of the base map.
SELECT p.id, p.kind, p.rank, p.name, p.geom_3857 AS geom
FROM basemap_place p
WHERE p.geom_3857 && :around
  AND {inside p.geom}
  AND p.rank <= :rank
  AND {visible p.grid_id}
