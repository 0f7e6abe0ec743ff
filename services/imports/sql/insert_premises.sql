-- New premises with the grids that their places decided. One that was never checked is due now;
-- one that stands in a known building is linked to it.
INSERT INTO premises (grid_id, licence, name, kind, in_charge, phone_enc, address, floor_area_m2,
    employees, attention, no_place_reason, geom, building_id, due_on)
SELECT n.grid_id, n.licence, n.name, n.kind, n.in_charge, n.phone_enc, n.address,
    n.floor_area_m2, n.employees, n.attention, n.no_place_reason, p.geom,
    (
        SELECT b.id
        FROM building AS b
        WHERE ST_Covers(b.geom, p.geom)
            AND (:scope_all OR b.grid_id = ANY(CAST(:scope_ids AS bigint[])))
        ORDER BY b.id
        LIMIT 1
    ),
    CURRENT_DATE
FROM unnest(
    CAST(:grid_id AS bigint[]), CAST(:licence AS text[]), CAST(:name AS text[]),
    CAST(:kind AS text[]), CAST(:in_charge AS text[]), CAST(:phone_enc AS bytea[]),
    CAST(:address AS text[]), CAST(:floor_area_m2 AS float8[]), CAST(:employees AS smallint[]),
    CAST(:attention AS smallint[]), CAST(:no_place_reason AS text[]), CAST(:lon AS float8[]),
    CAST(:lat AS float8[])
) AS n (grid_id, licence, name, kind, in_charge, phone_enc, address, floor_area_m2, employees,
    attention, no_place_reason, lon, lat)
CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(n.lon, n.lat), 4490) AS geom) AS p
