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

-- Simplified lines are derived; when a grid's own line changes, the tile draws it as stored until
-- they are computed anew.
CREATE FUNCTION forget_drawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM grid_drawn WHERE grid_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER forget_drawn AFTER UPDATE OF geom ON grid
    FOR EACH ROW EXECUTE FUNCTION forget_drawn();

-- The tally of people: differences by grid and class, written with the change that makes them.
-- Rows are only ever added here, so writers do not wait for each other; every 1024th row folds
-- the list. Only one transaction folds at a time, and what others have not committed stays.
CREATE FUNCTION person_tally_fold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_try_advisory_xact_lock(hashtext(TG_RELID::text), 1) THEN
        WITH gone AS (DELETE FROM person_tally RETURNING grid_id, class, n)
        INSERT INTO person_tally (grid_id, class, n)
        SELECT grid_id, class, sum(n) FROM gone GROUP BY grid_id, class HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER person_tally_fold AFTER INSERT ON person_tally FOR EACH ROW
    WHEN (NEW.id % 1024 = 0 AND pg_trigger_depth() < 2) EXECUTE FUNCTION person_tally_fold();

CREATE FUNCTION person_tally_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO person_tally (grid_id, class, n)
        SELECT grid_id, class, count(*) FROM new_rows WHERE status = 'active' GROUP BY 1, 2;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO person_tally (grid_id, class, n)
        SELECT grid_id, class, -count(*) FROM old_rows WHERE status = 'active' GROUP BY 1, 2;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO person_tally (grid_id, class, n)
        SELECT grid_id, class, sum(n) FROM (
            SELECT grid_id, class, 1 AS n FROM new_rows WHERE status = 'active'
            UNION ALL SELECT grid_id, class, -1 FROM old_rows WHERE status = 'active'
        ) AS change GROUP BY grid_id, class HAVING sum(n) <> 0;
    ELSE
        DELETE FROM person_tally;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER person_tally_insert AFTER INSERT ON person REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION person_tally_write();
CREATE TRIGGER person_tally_delete AFTER DELETE ON person REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION person_tally_write();
CREATE TRIGGER person_tally_update AFTER UPDATE ON person
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION person_tally_write();
CREATE TRIGGER person_tally_truncate AFTER TRUNCATE ON person
    FOR EACH STATEMENT EXECUTE FUNCTION person_tally_write();
