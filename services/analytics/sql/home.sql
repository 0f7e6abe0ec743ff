-- The topmost living grid that the caller sees.
SELECT id FROM grid
WHERE valid_to IS NULL AND (%(scope_all)s OR id = ANY(%(scope_ids)s))
ORDER BY level, sort, code LIMIT 1
