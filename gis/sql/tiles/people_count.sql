-- Actual population 实有人口 by grid, from the tally that is kept with every change of a person.
{member}
SELECT c.id AS grid, c.level, t.n, c.geom
FROM (
    SELECT m.cell, sum(t.n)::bigint AS n
    FROM member m
    JOIN person_tally t ON t.grid_id = m.grid
    WHERE :scope_all OR t.grid_id = ANY(:scope_ids)
    GROUP BY m.cell
) t
JOIN cell c ON c.id = t.cell
WHERE t.n > 0
