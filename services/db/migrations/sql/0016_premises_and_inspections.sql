-- What hangs on a premises or on an inspection is seen with it. An inspection is seen with its premises,
-- one file for each shop, and by the grid in which it was made: past counts stay when a shop moves.
DO $$
DECLARE
    rule record;
    scope text := 'CASE WHEN grid_id < (SELECT scope_end())'
                  ' THEN get_bit((SELECT scope_map()), grid_id) = 1 ELSE false END';
BEGIN
    FOR rule IN
        SELECT * FROM (VALUES
            ('premises_attention', 'premises_id IN (SELECT id FROM premises)'),
            ('premises_employee', 'premises_id IN (SELECT id FROM premises)'),
            ('inspection', scope || ' OR premises_id IN (SELECT id FROM premises)'),
            ('inspection_answer', 'inspection_id IN (SELECT id FROM inspection)'),
            ('inspection_photo', 'inspection_id IN (SELECT id FROM inspection)'),
            ('finding', 'inspection_id IN (SELECT id FROM inspection)'),
            ('recheck', 'finding_id IN (SELECT id FROM finding)'),
            ('organisation', scope),
            ('patrol_warning', 'area_id IN (SELECT id FROM patrol_area)'),
            ('patrol_stop', 'area_id IN (SELECT id FROM patrol_area)')
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
REVOKE UPDATE ON inspection, inspection_answer, recheck, patrol_warning FROM gridgov_app, gridgov_all;

-- Levels that were set before there was a history of them.
INSERT INTO premises_attention (premises_id, level, cause, reason)
SELECT id, attention, 'hand', '沿用原有关注等级' FROM premises WHERE attention > 1;

-- A new installation reads these from the data files.
INSERT INTO dictionary_item (dictionary, code, name_zh, name_en, sort)
SELECT v.dictionary, v.code, v.zh, v.en, v.sort
FROM (VALUES
    ('premises_no_place', 'mobile', '流动摊点', 'Mobile stall', 1),
    ('premises_no_place', 'online', '网上经营', 'Sells online only', 2),
    ('premises_no_place', 'relocating', '迁址中', 'Between two places', 3),
    ('premises_no_place', 'other', '其他', 'Other', 4),
    ('organisation_kind', 'economic', '新经济组织', 'New economic organisation', 1),
    ('organisation_kind', 'social', '新社会组织', 'New social organisation', 2)
) AS v (dictionary, code, zh, en, sort)
WHERE EXISTS (SELECT FROM dictionary_item WHERE dictionary = 'cancel_reason')
ON CONFLICT DO NOTHING;

INSERT INTO role_permission (role_code, permission)
SELECT r.code, p.permission
FROM role AS r
CROSS JOIN (VALUES ('premises.write'), ('premises.inspect')) AS p (permission)
WHERE r.code IN ('county_leader', 'township_leader', 'village_leader', 'micro_leader')
    OR (r.code = 'patrol_officer' AND p.permission = 'premises.inspect')
ON CONFLICT DO NOTHING;

INSERT INTO checklist_item (kind, code, name_zh, name_en, severity, category, sort)
SELECT v.kind, v.code, v.zh, v.en, v.severity, v.category, v.sort
FROM (VALUES
    ('school', 'exits', '安全出口、疏散通道畅通，门不上锁', 'Exits and escape routes are free and unlocked', 3, 'C01', 10),
    ('school', 'extinguisher', '灭火器材配齐，压力正常，在有效期内', 'Extinguishers are there, under pressure and in date', 2, 'C04', 20),
    ('school', 'wiring', '电线穿管敷设，没有私拉乱接和老化裸露', 'Wiring is in conduits, none improvised or worn', 2, 'C03', 30),
    ('school', 'lights', '应急照明和疏散指示标志完好', 'Emergency lights and exit signs work', 2, 'F03', 40),
    ('school', 'gate', '校门有人值守，来访有登记', 'The gate is guarded, visitors are registered', 2, 'F03', 50),
    ('school', 'bus', '接送车辆有手续，不超员', 'School buses are licensed and not overfull', 3, 'F03', 60),
    ('school', 'structure', '校舍、围墙、楼梯护栏没有明显损坏', 'Buildings, walls and railings show no damage', 3, 'D02', 70),
    ('school', 'kitchen', '食堂后厨整洁，餐具消毒并有留样', 'The kitchen is clean, dishes are disinfected, samples kept', 2, 'F03', 80),
    ('school', 'trained', '从业人员会报警、会灭火、会疏散顾客', 'Staff can call for help, put out a small fire, lead people out', 1, 'F03', 90),
    ('school', 'licence', '证照齐全、有效，挂在明显处', 'Licences are valid and shown', 1, 'F03', 100),
    ('clinic', 'exits', '安全出口、疏散通道畅通，门不上锁', 'Exits and escape routes are free and unlocked', 3, 'C01', 10),
    ('clinic', 'extinguisher', '灭火器材配齐，压力正常，在有效期内', 'Extinguishers are there, under pressure and in date', 2, 'C04', 20),
    ('clinic', 'wiring', '电线穿管敷设，没有私拉乱接和老化裸露', 'Wiring is in conduits, none improvised or worn', 2, 'C03', 30),
    ('clinic', 'waste', '医疗废物分类收集，交接有记录', 'Medical waste is sorted and its handing over noted', 2, 'F03', 40),
    ('clinic', 'drugs', '药品在有效期内，按要求存放', 'Medicines are in date and stored as required', 2, 'F03', 50),
    ('clinic', 'oxygen', '氧气瓶固定存放，远离火源', 'Oxygen bottles are fixed and far from fire', 3, 'F03', 60),
    ('clinic', 'lights', '应急照明和疏散指示标志完好', 'Emergency lights and exit signs work', 2, 'F03', 70),
    ('clinic', 'licence', '证照齐全、有效，挂在明显处', 'Licences are valid and shown', 1, 'F03', 80),
    ('shop', 'exits', '安全出口、疏散通道畅通，门不上锁', 'Exits and escape routes are free and unlocked', 3, 'C01', 10),
    ('shop', 'extinguisher', '灭火器材配齐，压力正常，在有效期内', 'Extinguishers are there, under pressure and in date', 2, 'C04', 20),
    ('shop', 'wiring', '电线穿管敷设，没有私拉乱接和老化裸露', 'Wiring is in conduits, none improvised or worn', 2, 'C03', 30),
    ('shop', 'ebikes', '室内和通道内没有电动车停放充电', 'No e-bikes are parked or charged inside', 3, 'C02', 40),
    ('shop', 'lodging', '营业、仓储场所内没有违规住人', 'Nobody lodges where goods are sold or stored', 3, 'F03', 50),
    ('shop', 'stock', '货物堆放离灯具和电线有距离，不堵通道', 'Goods keep clear of lamps, wires and passages', 2, 'C01', 60),
    ('shop', 'fireworks', '没有无证存放烟花爆竹、汽油等易燃物', 'No fireworks, petrol and the like are kept without a permit', 3, 'F03', 70),
    ('shop', 'licence', '证照齐全、有效，挂在明显处', 'Licences are valid and shown', 1, 'F03', 80),
    ('restaurant', 'exits', '安全出口、疏散通道畅通，门不上锁', 'Exits and escape routes are free and unlocked', 3, 'C01', 10),
    ('restaurant', 'extinguisher', '灭火器材配齐，压力正常，在有效期内', 'Extinguishers are there, under pressure and in date', 2, 'C04', 20),
    ('restaurant', 'wiring', '电线穿管敷设，没有私拉乱接和老化裸露', 'Wiring is in conduits, none improvised or worn', 2, 'C03', 30),
    ('restaurant', 'gas', '燃气管阀完好，装有报警装置，气瓶不在用餐处', 'Gas pipes are sound, an alarm is fitted, no bottles where guests sit', 3, 'F03', 40),
    ('restaurant', 'hood', '油烟管道按期清洗，灶台旁没有杂物', 'Exhaust ducts are cleaned in time, nothing lies by the stove', 2, 'F03', 50),
    ('restaurant', 'food', '食品离地分类存放，没有过期变质', 'Food is stored apart and off the floor, none out of date', 2, 'F03', 60),
    ('restaurant', 'health', '接触食品的人员有健康证明', 'Whoever handles food has a health certificate', 1, 'F03', 70),
    ('restaurant', 'trained', '从业人员会报警、会灭火、会疏散顾客', 'Staff can call for help, put out a small fire, lead people out', 1, 'F03', 80),
    ('restaurant', 'licence', '证照齐全、有效，挂在明显处', 'Licences are valid and shown', 1, 'F03', 90),
    ('hotel', 'exits', '安全出口、疏散通道畅通，门不上锁', 'Exits and escape routes are free and unlocked', 3, 'C01', 10),
    ('hotel', 'extinguisher', '灭火器材配齐，压力正常，在有效期内', 'Extinguishers are there, under pressure and in date', 2, 'C04', 20),
    ('hotel', 'wiring', '电线穿管敷设，没有私拉乱接和老化裸露', 'Wiring is in conduits, none improvised or worn', 2, 'C03', 30),
    ('hotel', 'lights', '应急照明和疏散指示标志完好', 'Emergency lights and exit signs work', 2, 'F03', 40),
    ('hotel', 'windows', '门窗没有妨碍逃生的栅栏和广告牌', 'No bars or signs on windows hinder an escape', 2, 'C01', 50),
    ('hotel', 'guests', '入住实名登记，一人一登', 'Every guest is registered by name', 2, 'F03', 60),
    ('hotel', 'plan', '客房内有疏散示意图和逃生用品', 'Rooms have an escape plan and means of escape', 2, 'F03', 70),
    ('hotel', 'ebikes', '室内和通道内没有电动车停放充电', 'No e-bikes are parked or charged inside', 3, 'C02', 80),
    ('hotel', 'trained', '从业人员会报警、会灭火、会疏散顾客', 'Staff can call for help, put out a small fire, lead people out', 1, 'F03', 90),
    ('hotel', 'licence', '证照齐全、有效，挂在明显处', 'Licences are valid and shown', 1, 'F03', 100),
    ('entertainment', 'exits', '安全出口、疏散通道畅通，门不上锁', 'Exits and escape routes are free and unlocked', 3, 'C01', 10),
    ('entertainment', 'extinguisher', '灭火器材配齐，压力正常，在有效期内', 'Extinguishers are there, under pressure and in date', 2, 'C04', 20),
    ('entertainment', 'wiring', '电线穿管敷设，没有私拉乱接和老化裸露', 'Wiring is in conduits, none improvised or worn', 2, 'C03', 30),
    ('entertainment', 'lights', '应急照明和疏散指示标志完好', 'Emergency lights and exit signs work', 2, 'F03', 40),
    ('entertainment', 'decor', '装修没有使用海绵、泡沫等易燃材料', 'No foam or other inflammable decoration', 3, 'F03', 50),
    ('entertainment', 'crowd', '没有超员营业，有人员清点', 'Not more people than allowed, and they are counted', 3, 'F03', 60),
    ('entertainment', 'minors', '没有违规接待未成年人，有明显提示', 'Minors are not admitted, and a sign says so', 2, 'F03', 70),
    ('entertainment', 'trained', '从业人员会报警、会灭火、会疏散顾客', 'Staff can call for help, put out a small fire, lead people out', 1, 'F03', 80),
    ('entertainment', 'licence', '证照齐全、有效，挂在明显处', 'Licences are valid and shown', 1, 'F03', 90),
    ('netcafe', 'exits', '安全出口、疏散通道畅通，门不上锁', 'Exits and escape routes are free and unlocked', 3, 'C01', 10),
    ('netcafe', 'extinguisher', '灭火器材配齐，压力正常，在有效期内', 'Extinguishers are there, under pressure and in date', 2, 'C04', 20),
    ('netcafe', 'wiring', '电线穿管敷设，没有私拉乱接和老化裸露', 'Wiring is in conduits, none improvised or worn', 2, 'C03', 30),
    ('netcafe', 'lights', '应急照明和疏散指示标志完好', 'Emergency lights and exit signs work', 2, 'F03', 40),
    ('netcafe', 'windows', '门窗没有妨碍逃生的栅栏和广告牌', 'No bars or signs on windows hinder an escape', 2, 'C01', 50),
    ('netcafe', 'login', '上网实名登记，设备按时关闭', 'Users are registered, machines are off after hours', 2, 'F03', 60),
    ('netcafe', 'minors', '没有违规接待未成年人，有明显提示', 'Minors are not admitted, and a sign says so', 2, 'F03', 70),
    ('netcafe', 'trained', '从业人员会报警、会灭火、会疏散顾客', 'Staff can call for help, put out a small fire, lead people out', 1, 'F03', 80),
    ('netcafe', 'licence', '证照齐全、有效，挂在明显处', 'Licences are valid and shown', 1, 'F03', 90),
    ('beauty', 'exits', '安全出口、疏散通道畅通，门不上锁', 'Exits and escape routes are free and unlocked', 3, 'C01', 10),
    ('beauty', 'extinguisher', '灭火器材配齐，压力正常，在有效期内', 'Extinguishers are there, under pressure and in date', 2, 'C04', 20),
    ('beauty', 'wiring', '电线穿管敷设，没有私拉乱接和老化裸露', 'Wiring is in conduits, none improvised or worn', 2, 'C03', 30),
    ('beauty', 'boiler', '锅炉、热水器有检验合格证并定期维护', 'Boilers have a certificate and are maintained', 3, 'F03', 40),
    ('beauty', 'chemicals', '染烫剂、酒精等单独存放，远离火源', 'Dyes, spirits and the like are kept apart and far from fire', 2, 'F03', 50),
    ('beauty', 'towels', '用品用具一客一换一消毒', 'Towels and tools are changed and disinfected for each guest', 1, 'F03', 60),
    ('beauty', 'lights', '应急照明和疏散指示标志完好', 'Emergency lights and exit signs work', 2, 'F03', 70),
    ('beauty', 'licence', '证照齐全、有效，挂在明显处', 'Licences are valid and shown', 1, 'F03', 80),
    ('workshop', 'exits', '安全出口、疏散通道畅通，门不上锁', 'Exits and escape routes are free and unlocked', 3, 'C01', 10),
    ('workshop', 'extinguisher', '灭火器材配齐，压力正常，在有效期内', 'Extinguishers are there, under pressure and in date', 2, 'C04', 20),
    ('workshop', 'wiring', '电线穿管敷设，没有私拉乱接和老化裸露', 'Wiring is in conduits, none improvised or worn', 2, 'C03', 30),
    ('workshop', 'machines', '机器有防护罩，操作人员会急停', 'Machines are guarded, operators know the emergency stop', 2, 'F03', 40),
    ('workshop', 'dust', '粉尘、木屑、油污当天清理', 'Dust, shavings and oil are removed every day', 2, 'F03', 50),
    ('workshop', 'hotwork', '电焊等动火作业持证，旁边有人看护', 'Welders are certified, and somebody stands by', 3, 'F03', 60),
    ('workshop', 'lodging', '营业、仓储场所内没有违规住人', 'Nobody lodges where goods are sold or stored', 3, 'F03', 70),
    ('workshop', 'effluent', '污水、废气、废料按规定处理', 'Waste water, fumes and scrap are dealt with as required', 1, 'B05', 80),
    ('workshop', 'trained', '从业人员会报警、会灭火、会疏散顾客', 'Staff can call for help, put out a small fire, lead people out', 1, 'F03', 90),
    ('workshop', 'licence', '证照齐全、有效，挂在明显处', 'Licences are valid and shown', 1, 'F03', 100),
    ('other', 'exits', '安全出口、疏散通道畅通，门不上锁', 'Exits and escape routes are free and unlocked', 3, 'C01', 10),
    ('other', 'extinguisher', '灭火器材配齐，压力正常，在有效期内', 'Extinguishers are there, under pressure and in date', 2, 'C04', 20),
    ('other', 'wiring', '电线穿管敷设，没有私拉乱接和老化裸露', 'Wiring is in conduits, none improvised or worn', 2, 'C03', 30),
    ('other', 'ebikes', '室内和通道内没有电动车停放充电', 'No e-bikes are parked or charged inside', 3, 'C02', 40),
    ('other', 'lodging', '营业、仓储场所内没有违规住人', 'Nobody lodges where goods are sold or stored', 3, 'F03', 50),
    ('other', 'stock', '货物堆放离灯具和电线有距离，不堵通道', 'Goods keep clear of lamps, wires and passages', 2, 'C01', 60)
) AS v (kind, code, zh, en, severity, category, sort)
JOIN premises_kind AS k ON k.code = v.kind
JOIN incident_category AS c ON c.code = v.category;
