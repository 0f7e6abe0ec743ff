-- A key is made once; only the owner, who anonymises and rotates, changes or removes one.
REVOKE UPDATE, DELETE ON subject_key FROM gridgov_app, gridgov_all;
