-- The first day on which somebody is so many years old. Where the year has no 29 February the year of
-- life is full with the last day of that month (民法典 第二百零二条), so the day is 1 March: one more
-- than the 28th to which the sum falls back. One expression, so that a query holds it in itself.
CREATE FUNCTION birthday(born date, years int) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (born + make_interval(years => years))::date
        + (extract(day FROM born) - extract(day FROM born + make_interval(years => years)))::int
$$;

-- The first day on which a label is no longer in force by rule, and why; no row where it stays. A term
-- and a term of years include their last day (民法典 第二百零二条、第二百零三条).
CREATE FUNCTION label_ends(
    l label, born date, started_on date, started_by text, counts_from date, term_ends_on date
) RETURNS TABLE (day date, reason text) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT greatest(v.day, started_on), v.reason
    FROM (VALUES
        (birthday(born, l.end_age::int), 'age'),
        ((counts_from + make_interval(years => l.end_after_years::int))::date + 1, 'years'),
        (CASE WHEN l.ends_with_term THEN term_ends_on + 1 END, 'term'),
        -- The birth date was corrected: it should not have begun on that day.
        (CASE WHEN l.starts_by_rule AND started_by = 'rule'
              AND (born IS NULL OR birthday(born, l.start_age::int) > started_on)
              THEN started_on END, 'birth_date')
    ) AS v (day, reason)
    WHERE v.day IS NOT NULL
    ORDER BY greatest(v.day, started_on), v.reason
    LIMIT 1
$$;

-- Seen by whoever sees the house, only ever added to.
ALTER TABLE house_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY within_scope ON house_change TO gridgov_app
    USING (house_id IN (SELECT id FROM house));
CREATE POLICY everything ON house_change TO gridgov_all USING (true);
REVOKE UPDATE, DELETE ON house_change FROM gridgov_app, gridgov_all;

-- A new installation reads these from the data files.
UPDATE label SET starts_by_rule = true WHERE code = 'elderly' AND start_age IS NOT NULL;

INSERT INTO dictionary_item (dictionary, code, name_zh, name_en, sort)
SELECT v.dictionary, v.code, v.zh, v.en, v.sort
FROM (VALUES
    ('label_stop_reason', 'age', '年龄到期', 'Age limit reached', 4),
    ('label_stop_reason', 'years', '年限届满', 'Years are over', 5),
    ('label_stop_reason', 'term', '期限届满', 'Term is over', 6),
    ('label_stop_reason', 'birth_date', '出生日期已更正', 'Birth date corrected', 7),
    ('label_stop_reason', 'again', '重新起算', 'Counted anew', 8),
    ('cancel_reason', 'rebuilt', '改建合并', 'Rebuilt or joined', 10),
    ('rent_stop_reason', 'lease_over', '租约到期', 'The lease is over', 1),
    ('rent_stop_reason', 'owner', '业主自住', 'The owner lives there', 2),
    ('rent_stop_reason', 'empty', '空置', 'Left empty', 3),
    ('rent_stop_reason', 'sold', '已出售', 'Sold', 4),
    ('rent_stop_reason', 'error', '登记有误', 'Entered by mistake', 5)
) AS v (dictionary, code, zh, en, sort)
WHERE EXISTS (SELECT FROM dictionary_item WHERE dictionary = 'label_stop_reason')
ON CONFLICT DO NOTHING;

INSERT INTO role_permission (role_code, permission)
SELECT r.code, p.name FROM role r CROSS JOIN (VALUES ('labels.write'), ('places.write')) AS p (name)
WHERE r.code IN ('county_leader', 'township_leader', 'village_leader', 'micro_leader')
ON CONFLICT DO NOTHING;
