-- Incidents reported on each day of the connection's time zone.
SELECT i.reported_at::date AS day, count(*) AS n
FROM incident i
WHERE i.grid_id = ANY(%(ids)s::bigint[])
  AND i.reported_at >= %(since)s AND i.reported_at <= %(now)s
GROUP BY day
