-- Devices that are suspended, and resets: the way back in of somebody who has none of theirs.

ALTER TABLE factor ADD COLUMN suspended_at BIGINT;

CREATE TABLE device_reset (
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  by_whom TEXT NOT NULL,
  begun_at BIGINT NOT NULL,
  ready_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT,
  CONSTRAINT device_reset_id PRIMARY KEY (id),
  CONSTRAINT device_reset_account_known FOREIGN KEY (account) REFERENCES account (id)
);
-- One for each account at a time.
CREATE UNIQUE INDEX device_reset_live ON device_reset (account) WHERE ended_at IS NULL;
CREATE INDEX device_reset_expires_at ON device_reset (expires_at);
