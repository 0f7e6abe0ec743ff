-- Open incidents by part of the area, group of the category, and light at a moment; turns_at is
-- when the first of them changes its light.
SELECT a.part, coalesce(c.parent, c.code) AS category,
       incident_light(i.due_at, i.warn_at, i.closed_at, %(now)s) AS light, count(*) AS n,
       min(CASE WHEN i.warn_at >= %(now)s THEN i.warn_at
                WHEN i.due_at >= %(now)s THEN i.due_at END) AS turns_at
FROM unnest(%(ids)s::bigint[], %(parts)s::bigint[]) AS a(id, part)
JOIN incident i ON i.grid_id = a.id AND i.closed_at IS NULL
JOIN incident_category c ON c.code = i.category
GROUP BY 1, 2, 3
