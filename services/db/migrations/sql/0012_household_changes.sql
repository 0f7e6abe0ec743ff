-- Seen by whoever sees the household, only ever added to. A merger or a split reaches both ends, which
-- its writer sees both.
ALTER TABLE household_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY within_scope ON household_change TO gridgov_app
    USING (household_id IN (SELECT id FROM household));
CREATE POLICY everything ON household_change TO gridgov_all USING (true);
REVOKE UPDATE, DELETE ON household_change FROM gridgov_app, gridgov_all;

-- Why a household ends that nobody left by hand.
INSERT INTO dictionary_item (dictionary, code, name_zh, name_en, sort)
SELECT 'cancel_reason', v.code, v.zh, v.en, v.sort
FROM (VALUES ('merged', '合户', 'Merged', 8), ('empty', '空户销户', 'Empty household', 9))
    AS v (code, zh, en, sort)
WHERE EXISTS (SELECT FROM dictionary_item WHERE dictionary = 'cancel_reason')
ON CONFLICT DO NOTHING;

-- A new installation reads these from the data files.
INSERT INTO role_permission (role_code, permission)
SELECT r.code, 'households.write' FROM role r
WHERE r.code IN ('county_leader', 'township_leader', 'village_leader', 'micro_leader')
ON CONFLICT DO NOTHING;
