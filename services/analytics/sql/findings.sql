-- Findings at premises of the area: open, open past their date, refused, rectified in the period.
SELECT count(*) FILTER (WHERE f.state = 'open' AND f.rectify_by >= %(today)s) AS open,
       count(*) FILTER (WHERE f.state = 'open' AND f.rectify_by < %(today)s) AS late,
       count(*) FILTER (WHERE f.state = 'refused') AS refused,
       count(*) FILTER (WHERE f.closed_at >= %(since)s) AS rectified
FROM finding f
JOIN premises p ON p.id = f.premises_id AND p.status = 'active'
WHERE p.grid_id = ANY(%(ids)s::bigint[])
