-- Registered households 户 of a building, as far as the caller sees.
SELECT count(*) FROM household AS h
WHERE h.status = 'active'
    AND (:scope_all OR h.grid_id = ANY(CAST(:scope_ids AS bigint[])))
    AND (h.building_id = :building
        OR h.house_id = ANY(ARRAY(SELECT id FROM house WHERE building_id = :building)))
