-- Active people by the age of their last confirmation, those never confirmed, and the houses in
-- which they are entered. ids are grids within the scope of the caller.
SELECT count(*) FILTER (WHERE p.confirmed_on >= %(fresh)s) AS fresh,
       count(*) FILTER (WHERE p.confirmed_on < %(fresh)s AND p.confirmed_on >= %(aging)s) AS aging,
       count(*) FILTER (WHERE p.confirmed_on < %(aging)s OR p.confirmed_on IS NULL) AS old,
       count(DISTINCT p.house_id) AS lived_in
FROM person p
WHERE p.grid_id = ANY(%(ids)s::bigint[]) AND p.status = 'active'
