-- Grids by id, with box and label point in degrees (EPSG:4490).
SELECT id, code, name, level, kind, serial, parent_id, valid_from, valid_to, path,
       ARRAY[ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom)] AS bbox,
       ARRAY[ST_X(label), ST_Y(label)] AS centre
FROM grid
WHERE id = ANY(%(ids)s) AND (%(scope_all)s OR id = ANY(%(scope_ids)s))
ORDER BY level, sort, code
