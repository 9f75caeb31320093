-- Recoveries of forgotten passwords. No foreign key: a user ID that is nobody's costs what it costs for somebody's.

CREATE TABLE recovery (
  id TEXT NOT NULL,
  secret TEXT NOT NULL,
  account TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  address TEXT NOT NULL,
  budget TEXT NOT NULL,
  mailed TEXT NOT NULL,
  mail_proved_at BIGINT,
  factor TEXT,
  challenge TEXT,
  device_proved_at BIGINT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  CONSTRAINT recovery_id PRIMARY KEY (id),
  CONSTRAINT recovery_secret UNIQUE (secret),
  CONSTRAINT recovery_mailed UNIQUE (mailed)
);
CREATE INDEX recovery_expires_at ON recovery (expires_at);
