-- Findings of the visible grids up to a moment, by kind of premises and severity: found in the
-- month, of these rectified by then, and those still open, overdue or refused at that moment. The
-- date of an order is the one that was in force then.
SELECT
    f.kind,
    f.severity,
    count(*) FILTER (WHERE i.made_at >= :since) AS found,
    count(*) FILTER (WHERE i.made_at >= :since AND f.closed_at < :until) AS rectified,
    count(*) FILTER (WHERE coalesce(f.closed_at >= :until, true)) AS open,
    count(*) FILTER (
        WHERE coalesce(f.closed_at >= :until, true)
        AND coalesce(later.rectify_by, i.rectify_by) < CAST(:day AS date)
    ) AS overdue,
    count(*) FILTER (WHERE coalesce(f.closed_at >= :until, true) AND refusal.at < :until) AS refused
FROM finding AS f
JOIN inspection AS i ON i.id = f.inspection_id
LEFT JOIN LATERAL (
    SELECT r.rectify_by
    FROM recheck AS r
    WHERE r.finding_id = f.id AND r.rectify_by IS NOT NULL AND r.made_at < :until
        AND r.made_at > i.made_at
    ORDER BY r.made_at DESC
    LIMIT 1
) AS later ON true
LEFT JOIN LATERAL (
    SELECT min(r.made_at) AS at FROM recheck AS r
    WHERE r.finding_id = f.id AND r.result = 'refused'
) AS refusal ON true
WHERE i.made_at < :until
    AND (:scope_all OR i.grid_id = ANY(CAST(:scope_ids AS bigint[])))
GROUP BY f.kind, f.severity
ORDER BY f.kind, f.severity
