-- Incidents finished since a moment, one row each: how long they took and whether in time.
SELECT a.part, coalesce(c.parent, c.code) AS category, i.reported_at, i.closed_at,
       i.closed_at <= i.due_at AS on_time, c.deadline_hours
FROM incident i
JOIN unnest(%(ids)s::bigint[], %(parts)s::bigint[]) AS a(id, part) ON a.id = i.grid_id
JOIN incident_category c ON c.code = i.category
WHERE i.state = 'closed' AND i.closed_at >= %(since)s AND i.closed_at <= %(now)s
