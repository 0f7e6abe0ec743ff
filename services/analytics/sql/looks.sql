-- Inspections of each day, by the grid in which the premises lay then; what was not right in them.
SELECT (i.made_at AT TIME ZONE 'Asia/Shanghai')::date AS day, count(*) AS looks,
       count(*) FILTER (WHERE EXISTS (SELECT FROM inspection_answer n
           WHERE n.inspection_id = i.id AND n.answer = 'not_ok')) AS bad
FROM inspection i
WHERE i.grid_id = ANY(%(ids)s::bigint[]) AND i.made_at >= %(since)s AND i.made_at <= %(now)s
GROUP BY 1
