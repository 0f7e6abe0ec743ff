-- The incoming premises, with their probable grids, into the holding area.
INSERT INTO held_premises (batch_id, row_no, grid_id, building_id, confidence, name, address,
    village, licence, kind, in_charge, floor_area_m2, employees, phone_enc)
SELECT :batch, i.row_no, r.grid_id, r.building_id, r.confidence, i.name, i.address, i.village,
    coalesce(i.licence, ''), i.kind, i.in_charge, i.floor_area_m2, i.employees, i.phone_enc
FROM incoming AS i
INNER JOIN routed AS r ON r.row_no = i.row_no
ORDER BY i.row_no
