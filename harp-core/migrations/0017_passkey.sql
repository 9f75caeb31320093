-- Passkeys, and the challenges that browsers are asked to sign for them.

ALTER TABLE factor ADD COLUMN credential TEXT;
ALTER TABLE factor ADD COLUMN passkey TEXT;
ALTER TABLE factor ADD COLUMN sign_count BIGINT;
CREATE UNIQUE INDEX factor_credential ON factor (credential);

CREATE TABLE ceremony (
  id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  options TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  spent_at BIGINT,
  CONSTRAINT ceremony_id PRIMARY KEY (id)
);
CREATE INDEX ceremony_expires_at ON ceremony (expires_at);
