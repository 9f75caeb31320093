-- The help desk: who its agents are, and their cases.

CREATE TABLE agent (
  account TEXT NOT NULL,
  added_at BIGINT NOT NULL,
  CONSTRAINT agent_account PRIMARY KEY (account),
  CONSTRAINT agent_account_known FOREIGN KEY (account) REFERENCES account (id)
);

CREATE TABLE help_case (
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  agent TEXT NOT NULL,
  reason TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  proved_at BIGINT,
  reset_reason TEXT,
  reset_asked_at BIGINT,
  decided_by TEXT,
  decided_at BIGINT,
  answer TEXT,
  answer_reason TEXT,
  CONSTRAINT help_case_id PRIMARY KEY (id),
  CONSTRAINT help_case_account_known FOREIGN KEY (account) REFERENCES account (id)
);
CREATE INDEX help_case_expires_at ON help_case (expires_at);
