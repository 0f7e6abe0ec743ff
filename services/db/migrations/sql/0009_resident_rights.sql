-- A correction request is seen by whoever sees the person; it is never deleted by the service.
ALTER TABLE correction_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY within_scope ON correction_request TO gridgov_app
    USING (person_id IN (SELECT id FROM person));
CREATE POLICY everything ON correction_request TO gridgov_all USING (true);
REVOKE DELETE ON correction_request FROM gridgov_app, gridgov_all;

-- Only the worker, which works as the owner, writes what it did.
REVOKE INSERT, UPDATE, DELETE ON job_run FROM gridgov_app, gridgov_all;

-- A new installation reads these from the data files.
INSERT INTO role_permission (role_code, permission)
SELECT r.code, 'people.correct' FROM role r
WHERE r.code IN ('county_leader', 'township_leader', 'village_leader')
ON CONFLICT DO NOTHING;
