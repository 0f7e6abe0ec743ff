-- Households, buildings and houses by part of the area; one look into each index per grid.
SELECT a.part, sum(h.n) AS households, sum(b.n) AS buildings, sum(r.n) AS houses
FROM unnest(%(ids)s::bigint[], %(parts)s::bigint[]) AS a(id, part)
CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM household WHERE grid_id = a.id AND status = 'active') h
CROSS JOIN LATERAL (SELECT count(*) AS n FROM building WHERE grid_id = a.id) b
CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM house WHERE grid_id = a.id AND status = 'active') r
GROUP BY a.part
