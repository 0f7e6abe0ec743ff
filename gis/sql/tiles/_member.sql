-- cell: the visible grids whose count stands in this tile. member: the grids whose rows a cell counts.
WITH cell AS (
    SELECT g.id, g.level, ST_Transform(g.label, 3857) AS geom
    FROM grid g
    WHERE g.label && :lonlat
      AND {inside g.label}
      AND (:scope_all OR g.id = ANY(:scope_ids))
      -- Below the level of the zoom only the highest grid that the caller sees.
      AND (g.level <= :level
           OR NOT (:scope_all OR g.path[:level : (g.level - 1)] && :scope_ids))
),
member AS (
    SELECT c.id AS cell, c.id AS grid FROM cell c
    UNION ALL
    SELECT c.id, r.id
    FROM cell c
    JOIN grid r ON r.path @> ARRAY[c.id] AND r.id <> c.id
    WHERE :level < 5
      AND c.level >= :level
      AND (:scope_all OR r.id = ANY(:scope_ids))
)
