-- Houses in use, and those that are let.
SELECT count(*) AS total, count(*) FILTER (WHERE h.rented) AS rented
FROM house h
WHERE h.grid_id = ANY(%(ids)s::bigint[]) AND h.status = 'active'
