-- Active premises by part of the area, main kind and attention; due = a check is due.
SELECT a.part, p.kind, p.attention, count(*) AS n,
       count(*) FILTER (WHERE p.due_on <= %(today)s) AS due
FROM unnest(%(ids)s::bigint[], %(parts)s::bigint[]) AS a(id, part)
JOIN premises p ON p.grid_id = a.id AND p.status = 'active'
GROUP BY a.part, p.kind, p.attention
