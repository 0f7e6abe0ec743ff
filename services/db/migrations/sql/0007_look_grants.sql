-- Whoever opened something sees the own grants only.
ALTER TABLE look_grant ENABLE ROW LEVEL SECURITY;
CREATE POLICY within_scope ON look_grant TO gridgov_app USING (user_id = (SELECT scope_user()));
CREATE POLICY everything ON look_grant TO gridgov_all USING (true);
REVOKE UPDATE, DELETE ON look_grant FROM gridgov_app, gridgov_all;

-- A new installation reads these from the data files.
INSERT INTO role_permission (role_code, permission)
SELECT r.code, p.permission
FROM (VALUES
    ('county_leader', 'people.reveal'), ('county_leader', 'audit.read'),
    ('township_leader', 'people.reveal'), ('township_leader', 'people.address'),
    ('township_leader', 'people.birth_date'), ('township_leader', 'audit.read'),
    ('township_leader', 'break_glass'),
    ('village_leader', 'people.reveal'), ('village_leader', 'people.address'),
    ('village_leader', 'people.birth_date'), ('village_leader', 'break_glass'),
    ('micro_leader', 'people.reveal'), ('micro_leader', 'people.address'),
    ('micro_leader', 'people.birth_date'),
    ('patrol_officer', 'people.address'),
    ('admin', 'people.reveal'), ('admin', 'audit.read')
) AS p (role, permission)
JOIN role r ON r.code = p.role
ON CONFLICT DO NOTHING;
INSERT INTO dictionary_item (dictionary, code, name_zh, name_en, sort)
SELECT 'look_reason', w.code, w.zh, w.en, w.sort
FROM (VALUES
    ('visit', '入户走访', 'Home visit', 1), ('help', '帮扶服务', 'Help and service', 2),
    ('verify', '核实信息', 'Checking the entry', 3),
    ('incident', '处置事件', 'Handling an incident', 4),
    ('asked', '本人申请', 'At the person''s own request', 5),
    ('law', '依法查询', 'Required by law', 6), ('emergency', '紧急救助', 'Emergency', 7)
) AS w (code, zh, en, sort)
WHERE EXISTS (SELECT FROM dictionary_item);
