-- P17: what was typed into a form whose session had ended, by the hash of the token that leads back to it; `sealed` holds
-- the fields. Only the account finds it, at the path.
CREATE TABLE oidc_kept_form (
  secret TEXT NOT NULL,
  account TEXT NOT NULL,
  path TEXT NOT NULL,
  sealed TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  CONSTRAINT oidc_kept_form_secret PRIMARY KEY (secret)
);
CREATE INDEX oidc_kept_form_account ON oidc_kept_form (account, expires_at);
CREATE INDEX oidc_kept_form_expires_at ON oidc_kept_form (expires_at);
