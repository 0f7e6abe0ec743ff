-- cell: the visible grids whose count stands in this tile. member: the grids whose rows a cell counts.
WITH cell AS (
    SELECT g.id, g.level, p.geom
    FROM grid g
    CROSS JOIN LATERAL (SELECT ST_Transform(g.label, 3857) AS geom) p
    WHERE g.label && :lonlat
      AND {inside p.geom}
      AND (:everything OR g.id = ANY(:ids))
      -- Below the level of the zoom only the highest grid that the caller sees.
      AND (g.level <= :level
           OR NOT (:everything OR g.path[:level : (g.level - 1)] && :ids))
),
member AS (
    SELECT c.id AS cell, c.level, c.geom, c.id AS grid FROM cell c
    UNION ALL
    SELECT c.id, c.level, c.geom, r.id
    FROM cell c
    JOIN grid r ON r.path @> ARRAY[c.id] AND r.id <> c.id
    WHERE :level < 5
      AND c.level >= :level
      AND (:everything OR r.id = ANY(:ids))
)
