-- What hangs on a team or on a record is seen with it. A team is also seen by its members, and where it
-- has served somebody. As owner: the members are fenced by their teams, and one cannot wait for the other.
CREATE FUNCTION scope_teams() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT team_id FROM team_member WHERE staff_id = scope_staff() AND left_on IS NULL
$$;
DO $$
DECLARE
    rule record;
    scope text := 'CASE WHEN grid_id < (SELECT scope_end())'
                  ' THEN get_bit((SELECT scope_map()), grid_id) = 1 ELSE false END';
BEGIN
    FOR rule IN
        SELECT * FROM (VALUES
            ('service_team', scope || ' OR id IN (SELECT scope_teams()) OR EXISTS'
                                      ' (SELECT FROM service_record r WHERE r.team_id = service_team.id)'),
            ('team_member', 'team_id IN (SELECT id FROM service_team)'),
            ('service_object', scope),
            ('service_record', scope),
            ('service_record_member', 'record_id IN (SELECT id FROM service_record)'),
            ('service_photo', 'record_id IN (SELECT id FROM service_record)'),
            ('property', scope)
        ) AS v (name, shown)
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', rule.name);
        EXECUTE format('CREATE POLICY within_scope ON %I TO gridgov_app USING (%s)',
                       rule.name, rule.shown);
        EXECUTE format('CREATE POLICY everything ON %I TO gridgov_all USING (true)', rule.name);
        EXECUTE format('REVOKE DELETE ON %I FROM gridgov_app, gridgov_all', rule.name);
    END LOOP;
END
$$;
REVOKE UPDATE ON service_record_member, service_photo FROM gridgov_app, gridgov_all;

-- A parameter is set once: its key refuses a second value, this every change, whoever asks. Only an
-- owner who empties all tables begins anew.
CREATE FUNCTION parameter_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a parameter is set once and never changes' USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER parameter_is_final BEFORE UPDATE OR DELETE ON parameter
FOR EACH STATEMENT EXECUTE FUNCTION parameter_is_final();
REVOKE UPDATE, DELETE ON parameter FROM gridgov_app, gridgov_all;

-- A new installation reads these from the data files.
INSERT INTO dictionary_item (dictionary, code, name_zh, name_en, sort)
SELECT v.dictionary, v.code, v.zh, v.en, v.sort
FROM (VALUES
    ('team_kind', 'party', '党员志愿服务队', 'Party-member volunteers', 1),
    ('team_kind', 'doctor', '家庭医生服务队', 'Family doctors', 2),
    ('team_kind', 'legal', '法律服务队', 'Legal advice', 3),
    ('team_kind', 'mediation', '人民调解队', 'People''s mediation', 4),
    ('team_kind', 'fire', '消防安全服务队', 'Fire safety', 5),
    ('team_kind', 'elderly', '养老助残服务队', 'Care for the old and the disabled', 6),
    ('team_kind', 'children', '关爱儿童服务队', 'Care for children', 7),
    ('team_kind', 'employment', '就业帮扶服务队', 'Help with work', 8),
    ('team_post', 'leader', '队长', 'Leader', 1),
    ('team_post', 'deputy', '副队长', 'Deputy', 2),
    ('team_post', 'liaison', '联络员', 'Liaison', 3),
    ('team_post', 'member', '队员', 'Member', 4),
    ('team_disband_reason', 'done', '任务完成', 'Its task is done', 1),
    ('team_disband_reason', 'merged', '并入其他队伍', 'Joined another team', 2),
    ('team_disband_reason', 'few', '人员不足', 'Too few members', 3),
    ('team_disband_reason', 'error', '登记有误', 'Entered by mistake', 4),
    ('service_kind', 'visit', '走访慰问', 'Visit', 1),
    ('service_kind', 'health', '健康服务', 'Health', 2),
    ('service_kind', 'legal', '法律咨询', 'Legal advice', 3),
    ('service_kind', 'mediation', '纠纷调解', 'Mediation', 4),
    ('service_kind', 'safety', '安全检查', 'Safety at home', 5),
    ('service_kind', 'care', '生活照料', 'Daily care', 6),
    ('service_kind', 'errand', '代办事项', 'Errand', 7),
    ('service_kind', 'work', '就业帮扶', 'Help with work', 8),
    ('service_kind', 'study', '学习辅导', 'Help with learning', 9),
    ('service_kind', 'other', '其他', 'Other', 10),
    ('service_object_kind', 'ordinary', '普通', 'Ordinary', 1),
    ('service_object_kind', 'paired', '结对', 'Paired', 2),
    ('service_start_reason', 'assigned', '工作安排', 'Assigned', 1),
    ('service_start_reason', 'asked', '本人申请', 'Asked for by the person', 2),
    ('service_start_reason', 'visit', '走访确定', 'Agreed on a visit', 3),
    ('service_start_reason', 'handover', '接手', 'Taken over', 4),
    ('service_stop_reason', 'no_need', '不再需要', 'No longer needed', 1),
    ('service_stop_reason', 'asked', '本人要求', 'At the person''s wish', 2),
    ('service_stop_reason', 'moved', '已迁离', 'Moved away', 3),
    ('service_stop_reason', 'handover', '移交他人', 'Handed over', 4),
    ('service_stop_reason', 'staff', '人员调整', 'Change of staff', 5),
    ('service_stop_reason', 'error', '登记有误', 'Entered by mistake', 6),
    ('service_withdraw_reason', 'error', '内容有误', 'Wrong contents', 1),
    ('service_withdraw_reason', 'person', '对象有误', 'Wrong person', 2),
    ('service_withdraw_reason', 'duplicate', '重复登记', 'Entered twice', 3),
    ('service_withdraw_reason', 'other', '其他', 'Other', 4),
    ('property_kind', 'car', '小汽车', 'Car', 1),
    ('property_kind', 'truck', '货车', 'Truck', 2),
    ('property_kind', 'motorcycle', '摩托车', 'Motorcycle', 3),
    ('property_kind', 'ebike', '电动自行车', 'E-bike', 4),
    ('property_kind', 'tricycle', '三轮车', 'Tricycle', 5),
    ('property_kind', 'farm', '农用机械', 'Farm machine', 6),
    ('property_kind', 'boat', '船只', 'Boat', 7),
    ('property_kind', 'other', '其他', 'Other', 8),
    ('property_cancel_reason', 'sold', '已转让', 'Passed on', 1),
    ('property_cancel_reason', 'scrapped', '已报废', 'Scrapped', 2),
    ('property_cancel_reason', 'lost', '已丢失', 'Lost', 3),
    ('property_cancel_reason', 'duplicate', '重复登记', 'Entered twice', 4),
    ('property_cancel_reason', 'error', '登记有误', 'Entered by mistake', 5)
) AS v (dictionary, code, zh, en, sort)
WHERE EXISTS (SELECT FROM dictionary_item WHERE dictionary = 'cancel_reason')
ON CONFLICT DO NOTHING;

INSERT INTO role_permission (role_code, permission)
SELECT r.code, p.permission
FROM role AS r
CROSS JOIN (VALUES ('services.read'), ('services.write'), ('teams.write')) AS p (permission)
WHERE r.code IN ('county_leader', 'township_leader', 'village_leader')
    OR (r.code IN ('micro_leader', 'patrol_officer') AND p.permission <> 'teams.write')
ON CONFLICT DO NOTHING;
