-- A look belongs to whoever began it and to those who are above that post; it can be ended and
-- reviewed, but neither prolonged nor widened.
ALTER TABLE emergency_look ENABLE ROW LEVEL SECURITY;
CREATE POLICY within_scope ON emergency_look TO gridgov_app USING (
    user_id = (SELECT scope_user())
    OR CASE WHEN home_grid_id < (SELECT scope_end())
            THEN get_bit((SELECT scope_map()), home_grid_id) = 1 ELSE false END);
CREATE POLICY everything ON emergency_look TO gridgov_all USING (true);
REVOKE UPDATE, DELETE ON emergency_look FROM gridgov_app, gridgov_all;
GRANT UPDATE (ended_at, reviewed_by, reviewed_at, in_order, review_words)
    ON emergency_look TO gridgov_app, gridgov_all;

-- The gate asks before it is known who asks, so before there is a scope.
CREATE FUNCTION open_emergency(look bigint, owner bigint)
RETURNS TABLE (id bigint, opened_grid_id bigint, until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT e.id, e.opened_grid_id, e.until FROM emergency_look e
    WHERE e.id = look AND e.user_id = owner AND e.ended_at IS NULL AND e.until > now()
$$;

-- Everybody reads the own notices; whoever acts tells others.
ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
CREATE POLICY within_scope ON notice TO gridgov_app USING (user_id = (SELECT scope_user()));
CREATE POLICY telling ON notice FOR INSERT TO gridgov_app WITH CHECK (true);
CREATE POLICY everything ON notice TO gridgov_all USING (true);
REVOKE UPDATE, DELETE ON notice FROM gridgov_app, gridgov_all;
GRANT UPDATE (read_at) ON notice TO gridgov_app, gridgov_all;
CREATE FUNCTION notice_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('gridgov_live', json_build_object(
        'id', NULL, 'topic', 'notice', 'grid_id', NULL,
        'payload', json_build_object('user', NEW.user_id))::text);
    RETURN NULL;
END
$$;
CREATE TRIGGER notice_notify AFTER INSERT ON notice
    FOR EACH ROW EXECUTE FUNCTION notice_notify();

-- An emergency look that begins or ends changes what open streams may tell.
DROP TRIGGER access_notify_changed ON user_session;
CREATE TRIGGER access_notify_changed AFTER UPDATE ON user_session FOR EACH ROW
    WHEN (OLD.expires_at <> NEW.expires_at OR OLD.as_user_id IS DISTINCT FROM NEW.as_user_id
          OR OLD.emergency_id IS DISTINCT FROM NEW.emergency_id)
    EXECUTE FUNCTION access_notify();

-- A new installation reads these from the data files.
INSERT INTO role_permission (role_code, permission)
SELECT r.code, 'emergency.review' FROM role r WHERE r.code IN ('county_leader', 'township_leader')
ON CONFLICT DO NOTHING;
INSERT INTO dictionary_item (dictionary, code, name_zh, name_en, sort)
SELECT 'emergency_reason', w.code, w.zh, w.en, w.sort
FROM (VALUES
    ('rescue', '抢险救援', 'Rescue', 1), ('medical', '医疗急救', 'Medical emergency', 2),
    ('missing', '寻找走失人员', 'Missing person', 3), ('fire', '火灾', 'Fire', 4),
    ('disaster', '自然灾害转移安置', 'Natural disaster, evacuation', 5),
    ('safety', '突发公共安全事件', 'Public safety', 6)
) AS w (code, zh, en, sort)
WHERE EXISTS (SELECT FROM dictionary_item);
