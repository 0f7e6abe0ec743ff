-- Streams and waters 水系 of the base map; woods and parks 林地 公园 come with them as areas.
SELECT l.id, l.kind, l.rank, l.name, l.geom_3857 AS geom
FROM basemap_line l
WHERE l.geom_3857 && :around
  AND l.kind = 'water'
  AND l.rank <= :rank
  AND (:scope_all OR l.grid_id = ANY(:scope_ids) OR l.grid_id = ANY({villages}))
UNION ALL
SELECT a.id, a.kind, 0, a.name, a.geom_3857
FROM basemap_area a
WHERE a.geom_3857 && :around
  AND (:scope_all OR a.grid_id = ANY(:scope_ids) OR a.grid_id = ANY({villages}))
