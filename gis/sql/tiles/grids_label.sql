-- Where the name of a grid is written: one point, in exactly one tile.
SELECT g.id, g.code, g.name, g.level, g.parent_id AS parent, g.serial,
       ST_Transform(g.label, 3857) AS geom
FROM grid g
WHERE g.label && :lonlat
  AND {inside g.label}
  AND g.level <= :level
  AND g.valid_to IS NULL
  AND (:scope_all OR g.id = ANY(:scope_ids))
