-- Who walks an area, in a fixed order.
SELECT s.id AS staff_id, s.name
FROM patrol_officer AS o JOIN staff AS s ON s.id = o.staff_id
WHERE o.area_id = :area AND s.status = 'active'
ORDER BY s.id
