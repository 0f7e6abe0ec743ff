-- Patrol areas of the grids with their nine-small premises, those of which a check is due, and the
-- officers who are not suspended. The premises are those of the round of the area.
SELECT a.id, a.name, %(weekday)s = ANY(a.weekdays) AS today, to_char(a.starts_at, 'HH24:MI') AS starts_at,
    to_char(a.ends_at, 'HH24:MI') AS ends_at,
    (SELECT count(*) FROM patrol_officer o JOIN staff s ON s.id = o.staff_id AND s.status = 'active'
     WHERE o.area_id = a.id AND NOT EXISTS (SELECT FROM patrol_stop t
         WHERE t.area_id = a.id AND t.staff_id = o.staff_id AND t.lifted_at IS NULL)) AS officers,
    r.premises, r.due
FROM patrol_area a
CROSS JOIN LATERAL (
    SELECT count(*) AS premises, count(*) FILTER (WHERE p.due_on <= %(today)s
        OR p.due_on IS NULL AND p.last_check_on IS NULL) AS due
    FROM premises p
    JOIN premises_kind k ON k.code = p.kind
    WHERE p.status = 'active' AND p.grid_id = ANY(%(ids)s::bigint[]) AND ST_Covers(a.geom, p.geom)
        AND (k.small OR EXISTS (SELECT FROM premises_also m JOIN premises_kind n ON n.code = m.kind
            WHERE m.premises_id = p.id AND n.small))) r
WHERE a.status = 'active' AND a.grid_id = ANY(%(ids)s::bigint[])
ORDER BY r.due DESC, r.premises DESC, a.id
