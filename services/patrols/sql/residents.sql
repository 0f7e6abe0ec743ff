-- Who lives in a building, without anything that names a person in full: the first two signs of
-- the name are all that leaves the database, and only for the mask. Care labels that the caller's
-- roles may see; statutory ones never.
SELECT p.house_id, p.household_id, p.class AS person_class, left(p.name, 2) AS start,
    char_length(p.name) AS signs, p.sex, p.relation, p.birth_date, p.confirmed_on,
    d.name_zh AS relation_zh, d.name_en AS relation_en,
    coalesce(h.head_id = p.id, false) AS head,
    (
        SELECT coalesce(json_agg(json_build_object(
            'code', l.code, 'name', l.name_zh, 'name_en', l.name_en) ORDER BY l.sort, l.code), '[]')
        FROM person_label AS pl JOIN label AS l ON l.code = pl.label_code
        WHERE pl.person_id = p.id AND pl.stopped_on IS NULL AND l.label_group = 'care'
            AND EXISTS (SELECT FROM label_audience AS la
                WHERE la.label_code = l.code AND la.role_code = ANY(CAST(:roles AS text[])))
    ) AS care
FROM person AS p
LEFT JOIN household AS h ON h.id = p.household_id AND h.status = 'active'
LEFT JOIN dictionary_item AS d ON d.dictionary = 'relation' AND d.code = p.relation
WHERE p.status = 'active'
    AND (:scope_all OR p.grid_id = ANY(CAST(:scope_ids AS bigint[])))
    AND (p.building_id = :building
        OR p.house_id = ANY(ARRAY(SELECT id FROM house WHERE building_id = :building)))
ORDER BY p.house_id, p.household_id, head DESC, p.birth_date, p.id
