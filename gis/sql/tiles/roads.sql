-- Roads 道路 of the base map, cut at village lines.
SELECT l.id, l.kind, l.rank, l.name, l.geom_3857 AS geom
FROM basemap_line l
WHERE l.geom_3857 && :around
  AND l.kind = 'road'
  AND l.rank <= :rank
  AND (:scope_all OR l.grid_id = ANY(:scope_ids) OR l.grid_id = ANY({villages}))
