-- Open incidents by part of the area, group of the category, and light at a moment.
SELECT a.part, coalesce(c.parent, c.code) AS category,
       incident_light(i.due_at, i.warn_at, i.closed_at, %(now)s) AS light, count(*) AS n
FROM unnest(%(ids)s::bigint[], %(parts)s::bigint[]) AS a(id, part)
JOIN incident i ON i.grid_id = a.id AND i.closed_at IS NULL
JOIN incident_category c ON c.code = i.category
GROUP BY 1, 2, 3
