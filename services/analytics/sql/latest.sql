-- The latest incidents, open or closed.
SELECT i.id, i.number, i.title, i.category, i.grid_id, g.level, g.path, i.escalated, i.urged,
       i.reported_at, i.warn_at, i.due_at,
       incident_light(i.due_at, i.warn_at, i.closed_at, %(now)s) AS light,
       ARRAY[ST_X(i.geom), ST_Y(i.geom)] AS lonlat
FROM incident i JOIN grid g ON g.id = i.grid_id
WHERE i.grid_id = ANY(%(ids)s::bigint[]) AND i.reported_at <= %(now)s
ORDER BY i.reported_at DESC, i.id DESC
LIMIT %(limit)s
