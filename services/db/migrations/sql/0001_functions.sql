-- The light 事件灯 of an incident at a moment; NULL when it was closed by then.
CREATE FUNCTION incident_light(
    due_at timestamptz, warn_at timestamptz, closed_at timestamptz, moment timestamptz
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN closed_at <= moment THEN NULL
        WHEN moment > due_at THEN 'red'
        WHEN moment > warn_at THEN 'yellow'
        ELSE 'green'
    END
$$;

-- Append-only tables: what was written stays as it was written.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER incident_action_append_only BEFORE UPDATE OR DELETE ON incident_action
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- A message of the outbox reaches every listening process when its transaction commits.
CREATE FUNCTION outbox_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('gridgov_live', json_build_object(
        'id', NEW.id, 'topic', NEW.topic, 'grid_id', NEW.grid_id, 'payload', NEW.payload)::text);
    RETURN NULL;
END
$$;
CREATE TRIGGER outbox_notify AFTER INSERT ON outbox
    FOR EACH ROW EXECUTE FUNCTION outbox_notify();

-- The epoch of rights: it moves whenever somebody's rights may have changed, so that a cached
-- actor is never older than the last change. A row, not a sequence: it must move at commit.
CREATE TABLE access_epoch (n bigint NOT NULL);
CREATE UNIQUE INDEX uq_access_epoch_single ON access_epoch ((true));
INSERT INTO access_epoch VALUES (1);
CREATE FUNCTION access_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE access_epoch SET n = n + 1;
    RETURN NULL;
END
$$;
CREATE TRIGGER access_moved AFTER INSERT OR UPDATE OR DELETE ON user_role
    FOR EACH STATEMENT EXECUTE FUNCTION access_moved();
CREATE TRIGGER access_moved AFTER INSERT OR UPDATE OR DELETE ON user_role_grid
    FOR EACH STATEMENT EXECUTE FUNCTION access_moved();
CREATE TRIGGER access_moved AFTER INSERT OR UPDATE OR DELETE ON role_permission
    FOR EACH STATEMENT EXECUTE FUNCTION access_moved();
CREATE TRIGGER access_moved AFTER UPDATE OF active, staff_id, lang, name ON app_user
    FOR EACH STATEMENT EXECUTE FUNCTION access_moved();
CREATE TRIGGER access_moved AFTER INSERT OR UPDATE OR DELETE ON grid
    FOR EACH STATEMENT EXECUTE FUNCTION access_moved();
