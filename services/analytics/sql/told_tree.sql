-- All grids, closed ones included, with the way down to each.
SELECT id, path FROM grid
WHERE %(scope_all)s OR id = ANY(%(scope_ids)s)
