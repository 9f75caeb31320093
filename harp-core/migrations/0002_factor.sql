-- Factors, codes on their way, attempt and send counters.

CREATE TABLE factor (
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  method TEXT NOT NULL,
  contact TEXT,
  secret TEXT,
  last_step BIGINT,
  status TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  activated_at BIGINT,
  last_used_at BIGINT,
  removed_at BIGINT,
  CONSTRAINT factor_id PRIMARY KEY (id),
  CONSTRAINT factor_account_known FOREIGN KEY (account) REFERENCES account (id)
);
CREATE INDEX factor_account ON factor (account);

CREATE TABLE code_challenge (
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  purpose TEXT NOT NULL,
  resend BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  spent_at BIGINT,
  CONSTRAINT code_challenge_id PRIMARY KEY (id),
  CONSTRAINT code_challenge_account_known FOREIGN KEY (account) REFERENCES account (id)
);
CREATE INDEX code_challenge_account ON code_challenge (account);
CREATE INDEX code_challenge_expires_at ON code_challenge (expires_at);

CREATE TABLE counter (
  name TEXT NOT NULL,
  data TEXT NOT NULL,
  version BIGINT NOT NULL,
  forget_at BIGINT NOT NULL,
  CONSTRAINT counter_name PRIMARY KEY (name)
);
CREATE INDEX counter_forget_at ON counter (forget_at);
