-- The places to locate: one point for each row of {table}.
CREATE TEMPORARY TABLE locate_place ON COMMIT DROP AS
SELECT {key} AS key, ST_PointOnSurface({place}) AS place
FROM {table}
WHERE {place} IS NOT NULL
