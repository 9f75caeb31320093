-- Locked accounts, and the links "This was not me" that lock them.

-- One row for each account whose standing is locked.
CREATE TABLE account_lock (
  account TEXT NOT NULL,
  locked_at BIGINT NOT NULL,
  why TEXT NOT NULL,
  standing_before TEXT NOT NULL,
  CONSTRAINT account_lock_account PRIMARY KEY (account),
  CONSTRAINT account_lock_account_known FOREIGN KEY (account) REFERENCES account (id)
);

-- No foreign key: what is written for a user ID that is nobody's must cost what it costs for somebody's.
CREATE TABLE repudiation (
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  secret TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  spent_at BIGINT,
  CONSTRAINT repudiation_id PRIMARY KEY (id),
  CONSTRAINT repudiation_secret UNIQUE (secret)
);
CREATE INDEX repudiation_account ON repudiation (account);
CREATE INDEX repudiation_expires_at ON repudiation (expires_at);
