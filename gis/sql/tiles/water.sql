-- Streams and waters 水系 of the base map; woods and parks 林地 公园 come with them as areas.
SELECT l.id, l.kind, l.rank, l.name, l.geom_3857 AS geom
FROM basemap_line l
WHERE l.geom_3857 && :around
  AND l.kind = 'water'
  AND l.rank <= :rank
  AND {visible l.grid_id}
UNION ALL
SELECT a.id, a.kind, 0, a.name, a.geom_3857
FROM basemap_area a
WHERE a.geom_3857 && :around
  AND {visible a.grid_id}
