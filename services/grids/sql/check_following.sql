-- Rows of {table} that are not in the grid of their {leader}.
SELECT t.id, t.grid_id, l.grid_id
FROM {table} AS t
JOIN {leader} AS l ON l.id = t.{link}
WHERE t.grid_id <> l.grid_id
ORDER BY t.id
