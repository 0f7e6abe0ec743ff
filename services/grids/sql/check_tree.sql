-- Current grids that break the tree.
SELECT c.code, CASE
    WHEN p.id IS NULL THEN 'parent'
    WHEN p.valid_to IS NOT NULL THEN 'closed_parent'
    WHEN c.level <> p.level + 1 THEN 'level'
    ELSE 'path'
END AS what
FROM grid AS c
LEFT JOIN grid AS p ON p.id = c.parent_id
WHERE c.valid_to IS NULL AND c.level > 1
    AND (p.id IS NULL OR p.valid_to IS NOT NULL OR c.level <> p.level + 1
        OR c.path <> p.path || c.id)
ORDER BY c.code
