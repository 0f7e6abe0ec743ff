-- Let the rows of {table} follow their {leader}.
UPDATE {table} AS t
SET grid_id = l.grid_id
FROM {leader} AS l
WHERE l.id = t.{link} AND t.grid_id <> l.grid_id
