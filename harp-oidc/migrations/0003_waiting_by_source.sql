-- From which network a waiting request came, as a keyed hash: nobody who is unknown may leave more than so many.
ALTER TABLE oidc_interaction ADD COLUMN source TEXT NOT NULL DEFAULT '';
CREATE INDEX oidc_interaction_source_expires_at ON oidc_interaction (source, expires_at);
