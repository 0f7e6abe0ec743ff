-- New buildings with the grids that their places decided.
INSERT INTO building (grid_id, code, name, address, use, floors, units, height_m, geom, point)
SELECT n.grid_id, n.code, n.name, n.address, n.use, n.floors, n.units, n.height_m,
    ST_GeomFromWKB(n.geom, 4490), ST_GeomFromWKB(n.point, 4490)
FROM unnest(
    CAST(:grid_id AS bigint[]), CAST(:code AS text[]), CAST(:name AS text[]),
    CAST(:address AS text[]), CAST(:use AS text[]), CAST(:floors AS smallint[]),
    CAST(:units AS smallint[]), CAST(:height_m AS float8[]), CAST(:geom AS bytea[]),
    CAST(:point AS bytea[])
) AS n (grid_id, code, name, address, use, floors, units, height_m, geom, point)
