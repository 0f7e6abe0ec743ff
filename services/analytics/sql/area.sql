-- The grids of the subtree of one grid that the caller sees, each with the child it lies under.
-- The only place of the project's figures that asks for "the ancestor at level n": path[n].
-- Rows of a closed grid are still counted under its nearest living ancestor; only living grids
-- are counted as grids.
SELECT g.id, g.level, g.path[%(level)s + 1] AS child, g.valid_to IS NULL AS living
FROM grid g
WHERE g.path[%(level)s] = %(grid_id)s AND (%(scope_all)s OR g.id = ANY(%(scope_ids)s))
ORDER BY g.id
