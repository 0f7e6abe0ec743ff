-- The chain over the audit: links are only ever added.
CREATE TRIGGER audit_seal_append_only BEFORE UPDATE OR DELETE ON audit_seal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE ON audit_seal FROM gridgov_app, gridgov_all;

-- Who asks what somebody did, or who looked at somebody, reads by time.
CREATE INDEX ix_audit_at ON audit (at);
