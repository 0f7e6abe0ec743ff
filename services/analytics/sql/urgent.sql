-- Open incidents that are overdue, escalated or urged, the most pressing first; of_all = how many.
SELECT i.id, i.number, i.title, i.category, i.grid_id, g.level, g.path, i.escalated, i.urged,
       i.reported_at, i.warn_at, i.due_at,
       incident_light(i.due_at, i.warn_at, i.closed_at, %(now)s) AS light,
       ARRAY[ST_X(i.geom), ST_Y(i.geom)] AS lonlat, count(*) OVER () AS of_all
FROM incident i JOIN grid g ON g.id = i.grid_id
WHERE i.grid_id = ANY(%(ids)s::bigint[]) AND i.closed_at IS NULL
  AND (i.due_at < %(now)s OR i.escalated > 0 OR i.urged > 0)
ORDER BY i.due_at, i.id
LIMIT %(limit)s
