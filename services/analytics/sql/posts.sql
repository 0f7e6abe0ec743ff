-- Who leads the given grids: leaders and deputies in office.
SELECT p.grid_id, p.kind, s.id AS staff_id, s.name
FROM post p JOIN staff s ON s.id = p.staff_id AND s.status = 'active'
WHERE p.grid_id = ANY(%(ids)s::bigint[]) AND p.kind IN ('leader', 'deputy')
  AND p.valid_to IS NULL
ORDER BY p.grid_id, p.kind DESC, p.valid_from, s.id
