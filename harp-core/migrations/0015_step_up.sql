-- Sessions that are to prove more, and the code that was sent to each device meanwhile: who goes back to a device goes on counting.

CREATE TABLE step_up (
  id TEXT NOT NULL,
  secret TEXT NOT NULL,
  session TEXT NOT NULL,
  level TEXT NOT NULL,
  factor TEXT,
  challenge TEXT,
  budget TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  CONSTRAINT step_up_id PRIMARY KEY (id),
  CONSTRAINT step_up_secret UNIQUE (secret),
  CONSTRAINT step_up_session_known FOREIGN KEY (session) REFERENCES session (id) ON DELETE CASCADE
);
CREATE INDEX step_up_session ON step_up (session);
CREATE INDEX step_up_expires_at ON step_up (expires_at);

CREATE TABLE step_up_code (
  step_up TEXT NOT NULL,
  factor TEXT NOT NULL,
  challenge TEXT NOT NULL,
  CONSTRAINT step_up_code_step_up_factor PRIMARY KEY (step_up, factor),
  CONSTRAINT step_up_code_step_up_known FOREIGN KEY (step_up) REFERENCES step_up (id) ON DELETE CASCADE
);
