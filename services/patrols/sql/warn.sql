-- Officers of active areas who did not check premises in time get the next step, at most one a day
-- for each premises: the first warning once the date is over, the others :days after the one before.
-- Nothing more for an officer who is suspended in the area. A daily job: it works for all grids.
INSERT INTO patrol_warning (area_id, staff_id, premises_id, due_on, step, given_on)
SELECT a.id, o.staff_id, p.id, p.due_on, coalesce(last.step, 0) + 1, CAST(:day AS date)
FROM patrol_area AS a
JOIN patrol_officer AS o ON o.area_id = a.id
JOIN staff AS s ON s.id = o.staff_id AND s.status = 'active'
JOIN premises AS p ON p.status = 'active' AND ST_Covers(a.geom, p.geom)
    AND p.due_on < CAST(:day AS date)
    AND (p.last_check_on IS NULL OR p.last_check_on < p.due_on)
JOIN premises_kind AS k ON k.code = p.kind
LEFT JOIN LATERAL (
    SELECT w.step, w.given_on
    FROM patrol_warning AS w
    WHERE w.area_id = a.id AND w.staff_id = o.staff_id AND w.premises_id = p.id
        AND w.due_on = p.due_on
    ORDER BY w.step DESC
    LIMIT 1
) AS last ON true
WHERE a.status = 'active'
    AND (k.small OR EXISTS (
        SELECT FROM premises_also AS m JOIN premises_kind AS n ON n.code = m.kind
        WHERE m.premises_id = p.id AND n.small))
    AND NOT EXISTS (
        SELECT FROM patrol_stop AS t
        WHERE t.area_id = a.id AND t.staff_id = o.staff_id AND t.lifted_at IS NULL)
    AND (last.step IS NULL OR (last.step < 3 AND last.given_on + :days <= CAST(:day AS date)))
ON CONFLICT DO NOTHING
RETURNING area_id, staff_id, step
