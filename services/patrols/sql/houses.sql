-- The houses of a building with the people who live in each and the oldest confirmation.
SELECT h.id, h.number, h.unit, h.floor, h.room, h.use, h.rented,
    count(p.id) AS people, count(p.id) FILTER (WHERE p.confirmed_on IS NULL) AS never,
    min(p.confirmed_on) AS confirmed_on
FROM house AS h
LEFT JOIN person AS p ON p.house_id = h.id AND p.status = 'active'
    AND (:scope_all OR p.grid_id = ANY(CAST(:scope_ids AS bigint[])))
WHERE h.building_id = :building AND h.status = 'active'
    AND (:scope_all OR h.grid_id = ANY(CAST(:scope_ids AS bigint[])))
GROUP BY h.id
ORDER BY h.unit, h.floor DESC, h.room, h.id
