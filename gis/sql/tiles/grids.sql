-- Areas of the grids 网格, from shapes simplified as one coverage for the band of the zoom.
SELECT g.id, g.code, g.name, g.level, g.parent_id AS parent, g.serial,
       COALESCE(d.geom_3857, g.geom_3857) AS geom
FROM grid g
LEFT JOIN grid_drawn d ON d.grid_id = g.id AND d.band = :band
WHERE g.geom_3857 && :around
  AND g.level <= :level
  AND g.valid_to IS NULL
  AND (:scope_all OR g.id = ANY(:scope_ids))
