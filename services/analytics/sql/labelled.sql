-- Active people with each label in force today, by grid.
SELECT l.label_code, p.grid_id, count(DISTINCT p.id) AS n
FROM person_label l
JOIN person p ON p.id = l.person_id AND p.status = 'active'
WHERE l.started_on <= current_date AND (l.stopped_on IS NULL OR l.stopped_on > current_date)
  AND (%(scope_all)s OR p.grid_id = ANY(%(scope_ids)s))
GROUP BY l.label_code, p.grid_id
