-- Active premises by part of the area, attention level and when their check is due. One that was
-- never checked is due; one without a date that was checked is due later.
SELECT a.part, p.attention,
       CASE WHEN p.due_on < %(today)s THEN 'overdue'
            WHEN p.due_on = %(today)s OR p.due_on IS NULL AND p.last_check_on IS NULL THEN 'due'
            WHEN p.due_on <= %(soon)s THEN 'soon' ELSE 'later' END AS due, count(*) AS n
FROM unnest(%(ids)s::bigint[], %(parts)s::bigint[]) AS a(id, part)
JOIN premises p ON p.grid_id = a.id AND p.status = 'active'
GROUP BY 1, 2, 3
