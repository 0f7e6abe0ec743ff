-- The incoming people, with their probable grids, into the holding area.
INSERT INTO held_person (batch_id, row_no, grid_id, building_id, house_id, confidence, name,
    address, village, class, sex, birth_date, id_kind, id_enc, id_hash, phone_enc)
SELECT :batch, i.row_no, r.grid_id, r.building_id, r.house_id, r.confidence, i.name, i.address,
    i.village, i.class, i.sex, i.birth_date, i.id_kind, i.id_enc, i.id_hash, i.phone_enc
FROM incoming AS i
INNER JOIN routed AS r ON r.row_no = i.row_no
ORDER BY i.row_no
