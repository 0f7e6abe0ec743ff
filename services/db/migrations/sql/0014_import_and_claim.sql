-- Held rows are seen by whoever sees the probable grid; a file and its faults by who sees the county.
DO $$
DECLARE
    name text;
    scope text := 'CASE WHEN grid_id < (SELECT scope_end())'
                  ' THEN get_bit((SELECT scope_map()), grid_id) = 1 ELSE false END';
BEGIN
    FOREACH name IN ARRAY ARRAY['claim_batch', 'held_person', 'held_premises'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY within_scope ON %I TO gridgov_app USING (%s)', name, scope);
        EXECUTE format('CREATE POLICY everything ON %I TO gridgov_all USING (true)', name);
    END LOOP;
END
$$;
ALTER TABLE claim_fault ENABLE ROW LEVEL SECURITY;
CREATE POLICY within_scope ON claim_fault TO gridgov_app
    USING (batch_id IN (SELECT id FROM claim_batch));
CREATE POLICY everything ON claim_fault TO gridgov_all USING (true);

-- An address as one compares it: full-width signs and blanks gone, one word for a block.
CREATE FUNCTION address_plain(words text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(regexp_replace(
        regexp_replace(lower(normalize(words, NFKC)), '[[:space:],.;:()、。·"'']', '', 'g'),
        '第([0-9])', '\1', 'g'),
        '([0-9])(号楼|栋楼|楼栋|幢|座|#楼|#)', '\1栋', 'g')
$$;
-- The part of a plain address that ends with its building: a block of an estate, else a number.
CREATE FUNCTION address_building(plain text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(substring(plain FROM '^.*?[0-9]+栋'), substring(plain FROM '^.*?[0-9]+号'),
                    plain)
$$;

-- A new installation reads these from the data files.
INSERT INTO dictionary_item (dictionary, code, name_zh, name_en, sort)
SELECT v.dictionary, v.code, v.zh, v.en, v.sort
FROM (VALUES
    ('cancel_reason', 'import_undone', '导入撤销', 'Import undone', 20),
    ('claim_reason', 'not_known', '查无此人或场所', 'Not known here', 1),
    ('claim_reason', 'elsewhere', '属于其他网格', 'Belongs to another grid', 2),
    ('claim_reason', 'gone', '已搬走或停业', 'Moved away or closed', 3),
    ('claim_reason', 'other', '其他', 'Other', 9)
) AS v (dictionary, code, zh, en, sort)
WHERE EXISTS (SELECT FROM dictionary_item WHERE dictionary = 'cancel_reason')
ON CONFLICT DO NOTHING;
INSERT INTO role_permission (role_code, permission)
SELECT r.code, p.permission
FROM role AS r
INNER JOIN (VALUES
    ('county_leader', 'claims.import'), ('department', 'claims.import'), ('admin', 'claims.import'),
    ('county_leader', 'claims.claim'), ('township_leader', 'claims.claim'),
    ('village_leader', 'claims.claim'), ('micro_leader', 'claims.claim')
) AS p (role, permission) ON p.role = r.code
ON CONFLICT DO NOTHING;
