-- A family is seen in its grid like a household, its history by whoever sees it; that is only ever
-- added to.
CREATE POLICY within_scope ON family TO gridgov_app
    USING (CASE WHEN grid_id < (SELECT scope_end())
           THEN get_bit((SELECT scope_map()), grid_id) = 1 ELSE false END);
CREATE POLICY everything ON family TO gridgov_all USING (true);
CREATE POLICY within_scope ON family_change TO gridgov_app
    USING (family_id IN (SELECT id FROM family));
CREATE POLICY everything ON family_change TO gridgov_all USING (true);
ALTER TABLE family ENABLE ROW LEVEL SECURITY;
ALTER TABLE family_change ENABLE ROW LEVEL SECURITY;
REVOKE DELETE ON family FROM gridgov_app, gridgov_all;
REVOKE UPDATE, DELETE ON family_change FROM gridgov_app, gridgov_all;
