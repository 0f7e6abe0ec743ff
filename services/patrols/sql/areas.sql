-- Patrol areas that the caller walks or sees, the caller's own first. One area when :area is given.
SELECT a.id, a.name, a.kind, a.width_m, a.weekdays, a.starts_at, a.ends_at,
    a.grid_id, g.name AS grid_name, g.code AS grid_code,
    ST_XMin(a.geom) AS west, ST_YMin(a.geom) AS south,
    ST_XMax(a.geom) AS east, ST_YMax(a.geom) AS north,
    coalesce(o.mine, false) AS mine
FROM patrol_area AS a
JOIN grid AS g ON g.id = a.grid_id
LEFT JOIN LATERAL (
    SELECT true AS mine FROM patrol_officer AS p
    WHERE p.area_id = a.id AND p.staff_id = CAST(:staff_id AS bigint)
) AS o ON true
WHERE a.status = 'active'
    AND (CAST(:area AS bigint) IS NULL OR a.id = CAST(:area AS bigint))
    AND (o.mine OR (:all_areas AND (:scope_all OR a.grid_id = ANY(CAST(:scope_ids AS bigint[])))))
ORDER BY mine DESC, g.code, a.name, a.id
