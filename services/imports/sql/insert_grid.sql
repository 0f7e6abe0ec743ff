-- New grids of one level. A path comes as text, since arrays of different lengths make no array.
INSERT INTO grid (id, code, name, level, kind, parent_id, path, serial, sort, basics, valid_from,
    geom, label)
SELECT n.id, n.code, n.name, n.level, n.kind, n.parent_id, CAST(n.path AS bigint[]), n.serial,
    n.sort, n.basics, n.valid_from, ST_GeomFromWKB(n.geom, 4490), ST_GeomFromWKB(n.label, 4490)
FROM unnest(
    CAST(:id AS bigint[]), CAST(:code AS text[]), CAST(:name AS text[]),
    CAST(:level AS smallint[]), CAST(:kind AS text[]), CAST(:parent_id AS bigint[]),
    CAST(:path AS text[]), CAST(:serial AS smallint[]), CAST(:sort AS int[]),
    CAST(:basics AS text[]), CAST(:valid_from AS date[]), CAST(:geom AS bytea[]),
    CAST(:label AS bytea[])
) AS n (id, code, name, level, kind, parent_id, path, serial, sort, basics, valid_from, geom,
    label)
