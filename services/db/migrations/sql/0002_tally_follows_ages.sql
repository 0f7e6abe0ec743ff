-- The list of differences also tells that ages or sexes changed: such a change adds a row with
-- n = 0. So (highest id, number of rows) names a state of the figures of people; see
-- services/analytics/people.py.
CREATE OR REPLACE FUNCTION person_tally_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO person_tally (grid_id, class, n)
        SELECT grid_id, class, count(*) FROM new_rows WHERE status = 'active' GROUP BY 1, 2;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO person_tally (grid_id, class, n)
        SELECT grid_id, class, -count(*) FROM old_rows WHERE status = 'active' GROUP BY 1, 2;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO person_tally (grid_id, class, n)
        SELECT grid_id, class, sum(n) FROM (
            SELECT grid_id, class, sum(n) AS n FROM (
                SELECT grid_id, class, sex, birth_date, 1 AS n
                FROM new_rows WHERE status = 'active'
                UNION ALL
                SELECT grid_id, class, sex, birth_date, -1
                FROM old_rows WHERE status = 'active'
            ) AS change
            GROUP BY grid_id, class, sex, birth_date HAVING sum(n) <> 0
        ) AS moved GROUP BY grid_id, class;
    ELSE
        DELETE FROM person_tally;
    END IF;
    RETURN NULL;
END
$$;
