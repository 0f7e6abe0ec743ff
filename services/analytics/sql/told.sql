-- People and households by the grid they are assigned to, in one statement and so of one moment:
-- three lists of the same length (grid, key, n). Keys: 0-3 the four classes, 4 households, and
-- from 64 on men and from 96 on women by age band (0 = oldest, 31 = age unknown).
SELECT string_agg(grid_id::text, ',') AS grids, string_agg(key::text, ',') AS keys,
       string_agg(n::text, ',') AS numbers
FROM (
    SELECT grid_id, CASE class WHEN 'registered' THEN 0 WHEN 'floating' THEN 1
                               WHEN 'unsettled' THEN 2 ELSE 3 END AS key, sum(n)::bigint AS n
    FROM person_tally
    WHERE %(scope_all)s OR grid_id = ANY(%(scope_ids)s)
    GROUP BY grid_id, key
    UNION ALL
    SELECT grid_id, 4, count(*) FROM household
    WHERE status = 'active' AND (%(scope_all)s OR grid_id = ANY(%(scope_ids)s))
    GROUP BY grid_id
    UNION ALL
    SELECT (packed >> 8)::bigint, (packed & 255)::int, n
    FROM (
        SELECT (grid_id << 8) + CASE sex WHEN 'f' THEN 96 ELSE 64 END
               + coalesce(width_bucket(birth_date, %(bounds)s::date[]), 31) AS packed,
               count(*) AS n
        FROM person
        WHERE status = 'active' AND (%(scope_all)s OR grid_id = ANY(%(scope_ids)s))
        GROUP BY packed
    ) aged
) figures
