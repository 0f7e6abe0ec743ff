-- Who walks an area, in a fixed order. The name of a colleague from outside the scope stays away.
SELECT o.staff_id, CASE WHEN s.id = CAST(:staff_id AS bigint) OR (:named AND (
        :scope_all OR s.grid_id = ANY(CAST(:scope_ids AS bigint[])))) THEN s.name END AS name
FROM patrol_officer AS o JOIN staff AS s ON s.id = o.staff_id
WHERE o.area_id = :area AND s.status = 'active'
ORDER BY o.staff_id
