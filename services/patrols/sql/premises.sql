-- Nine-small premises 九小场所 of an area (:area; any of their kinds counts), or any one (:premises).
SELECT p.id, p.name, p.kind, p.licence, p.address, p.building_id, p.grid_id, p.attention,
    p.last_check_on, p.due_on, p.floor_area_m2, p.employees, p.in_charge,
    ST_X(p.geom) AS lon, ST_Y(p.geom) AS lat,
    (
        SELECT min(CASE p.attention WHEN 1 THEN n.check_days_general
            WHEN 2 THEN n.check_days_medium ELSE n.check_days_serious END)
        FROM premises_kind AS n
        WHERE n.code = p.kind
            OR n.code IN (SELECT m.kind FROM premises_also AS m WHERE m.premises_id = p.id)
    ) AS every_days,
    ARRAY(SELECT m.kind FROM premises_also AS m WHERE m.premises_id = p.id ORDER BY m.kind) AS also
FROM premises AS p
JOIN premises_kind AS k ON k.code = p.kind
WHERE p.status = 'active'
    AND (:scope_all OR p.grid_id = ANY(CAST(:scope_ids AS bigint[])))
    AND (CAST(:premises AS bigint) IS NULL OR p.id = CAST(:premises AS bigint))
    AND (CAST(:area AS bigint) IS NULL OR ST_Covers(
        (SELECT geom FROM patrol_area WHERE id = CAST(:area AS bigint)), p.geom))
    AND (CAST(:premises AS bigint) IS NOT NULL OR k.small OR EXISTS (
        SELECT FROM premises_also AS m JOIN premises_kind AS n ON n.code = m.kind
        WHERE m.premises_id = p.id AND n.small))
ORDER BY p.id
