-- Write the grids that differ from what {table} holds.
UPDATE {table} AS t
SET {grid} = f.grid_id
FROM locate_found AS f
WHERE t.{key} = f.key AND t.{grid} IS DISTINCT FROM f.grid_id
