-- Rows with a place whose stored grid is not the one that the place decides.
SELECT t.{key}, t.{grid}, f.grid_id
FROM {table} AS t
LEFT JOIN locate_found AS f ON f.key = t.{key}
WHERE t.{place} IS NOT NULL AND t.{grid} IS DISTINCT FROM f.grid_id
ORDER BY t.{key}
