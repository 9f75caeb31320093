-- Disabling a client revokes its families: without this, by a scan of all that there are, on SQLite with the one writer held.
CREATE INDEX oidc_family_client_revoked_at ON oidc_family (client, revoked_at);
