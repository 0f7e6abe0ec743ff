-- A new installation reads these from the data files.
INSERT INTO role_permission (role_code, permission)
SELECT r.code, 'people.write' FROM role r
WHERE r.code IN ('county_leader', 'township_leader', 'village_leader', 'micro_leader')
ON CONFLICT DO NOTHING;
