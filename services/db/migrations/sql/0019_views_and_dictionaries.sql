-- A view is its owner's; others read it once it is shared. It holds no rows of any register.
ALTER TABLE saved_view ENABLE ROW LEVEL SECURITY;
CREATE POLICY within_scope ON saved_view TO gridgov_app
    USING (owner_id = (SELECT scope_user()));
CREATE POLICY offered ON saved_view FOR SELECT TO gridgov_app USING (shared);
CREATE POLICY everything ON saved_view TO gridgov_all USING (true);

-- A new installation reads this from the data files.
INSERT INTO role_permission (role_code, permission)
SELECT r.code, 'dictionaries.manage' FROM role AS r WHERE r.code = 'admin'
ON CONFLICT DO NOTHING;
