-- The second fence: the service works in roles that own nothing, and the database itself shows
-- them only the rows of the grids in app.scope. See services/decisions/0007.
--   gridgov_app: a caller with a scope; sees and writes rows of those grids, none without one.
--   gridgov_all: a caller whose scope is everything; the policy is no condition and costs nothing.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['gridgov_app', 'gridgov_all'] LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I',
                       current_schema(), name);
        EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO %I', current_schema(), name);
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE '
                       'ON TABLES TO %I', current_schema(), name);
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE ON SEQUENCES TO %I',
                       current_schema(), name);
    END LOOP;
END
$$;
REVOKE UPDATE, DELETE ON audit, incident_action FROM gridgov_app, gridgov_all;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM gridgov_app, gridgov_all;

-- Who asks, as the service says it. The grids are a map with one bit a grid, by its id: reading it
-- costs a row next to nothing, and a statement that names the table twice does not build it twice.
CREATE FUNCTION scope_map() RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT decode(coalesce(current_setting('app.scope', true), ''), 'hex')
$$;
CREATE FUNCTION scope_end() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT length(current_setting('app.scope', true))::bigint * 4
$$;
CREATE FUNCTION scope_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('app.user', true), '')::bigint
$$;
CREATE FUNCTION scope_staff() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('app.staff', true), '')::bigint
$$;
-- An officer knows the own patrol areas wherever they lie. As owner: the officers are fenced by their
-- areas, and one cannot wait for the other.
CREATE FUNCTION scope_patrol_areas() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT area_id FROM patrol_officer WHERE staff_id = scope_staff()
$$;

DO $$
DECLARE
    name text;
    rule text;
    scope text := 'CASE WHEN grid_id < (SELECT scope_end())'
                  ' THEN get_bit((SELECT scope_map()), grid_id) = 1 ELSE false END';
    -- Where the grid alone does not decide.
    other jsonb := '{
        "incident": "{scope} OR reporter_id = (SELECT scope_user())",
        "incident_action": "incident_id IN (SELECT id FROM incident)",
        "incident_photo": "incident_id IN (SELECT id FROM incident)",
        "patrol_area": "{scope} OR id IN (SELECT scope_patrol_areas())",
        "patrol_officer": "area_id IN (SELECT id FROM patrol_area)",
        "premises_also": "premises_id IN (SELECT id FROM premises)",
        "staff": "{scope} OR id = (SELECT scope_staff()) OR id IN (SELECT staff_id FROM patrol_officer)"
    }';
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'building', 'estate', 'house', 'household', 'incident', 'incident_action', 'incident_photo',
        'outbox', 'patrol_area', 'patrol_officer', 'person', 'person_label', 'person_tally', 'post',
        'premises', 'premises_also', 'staff'
    ] LOOP
        rule := replace(coalesce(other ->> name, '{scope}'), '{scope}', scope);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY within_scope ON %I TO gridgov_app USING (%s)', name, rule);
        EXECUTE format('CREATE POLICY everything ON %I TO gridgov_all USING (true)', name);
    END LOOP;
    -- Whoever reports from elsewhere tells those who are responsible there.
    CREATE POLICY telling ON outbox FOR INSERT TO gridgov_app WITH CHECK (true);
END
$$;

-- A condition may use an index before the fence only if it cannot tell anything about the rows it
-- throws away. Comparing two boxes tells nothing; PostGIS does not say so, a superuser may.
DO $$
BEGIN
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        ALTER FUNCTION geometry_overlaps(geometry, geometry) LEAKPROOF;
    END IF;
END
$$;
