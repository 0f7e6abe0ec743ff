-- Names of grids on the way down to grids that the caller sees: an ancestor's name is no secret.
SELECT id, code, name, level FROM grid WHERE id = ANY(%(ids)s) ORDER BY level
