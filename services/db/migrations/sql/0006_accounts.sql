-- When a session ends or its owner may no longer enter, every process looks again at once at whom
-- its open streams belong to. The message itself goes to nobody.
CREATE FUNCTION access_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('gridgov_live', json_build_object(
        'id', NULL, 'topic', 'access', 'grid_id', NULL, 'payload', json_build_object())::text);
    RETURN NULL;
END
$$;
CREATE TRIGGER access_notify_ended AFTER DELETE ON user_session
    FOR EACH ROW EXECUTE FUNCTION access_notify();
CREATE TRIGGER access_notify_changed AFTER UPDATE ON user_session FOR EACH ROW
    WHEN (OLD.expires_at <> NEW.expires_at OR OLD.as_user_id IS DISTINCT FROM NEW.as_user_id)
    EXECUTE FUNCTION access_notify();
CREATE TRIGGER access_notify_changed AFTER UPDATE ON app_user FOR EACH ROW
    WHEN (OLD.active <> NEW.active OR OLD.must_change <> NEW.must_change)
    EXECUTE FUNCTION access_notify();
