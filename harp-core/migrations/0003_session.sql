-- Sessions, and sign-ins that are not complete.

CREATE TABLE session (
  id TEXT NOT NULL,
  secret TEXT NOT NULL,
  account TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  proofs TEXT NOT NULL,
  auth_time BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  ended_at BIGINT,
  scope TEXT NOT NULL,
  origin TEXT NOT NULL,
  CONSTRAINT session_id PRIMARY KEY (id),
  CONSTRAINT session_secret UNIQUE (secret),
  CONSTRAINT session_account_known FOREIGN KEY (account) REFERENCES account (id)
);
CREATE INDEX session_account ON session (account);
CREATE INDEX session_seen_at ON session (seen_at);

CREATE TABLE sign_in (
  id TEXT NOT NULL,
  secret TEXT NOT NULL,
  account TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  session TEXT,
  proofs TEXT NOT NULL,
  factor TEXT,
  challenge TEXT,
  budget TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  CONSTRAINT sign_in_id PRIMARY KEY (id),
  CONSTRAINT sign_in_secret UNIQUE (secret),
  CONSTRAINT sign_in_account_known FOREIGN KEY (account) REFERENCES account (id)
);
CREATE INDEX sign_in_expires_at ON sign_in (expires_at);
