-- Recovery codes: look-up secrets (SP 800-63B-4 3.1.2). A hash like a password's for each, and when it was used.

CREATE TABLE lookup_code (
  factor TEXT NOT NULL,
  number BIGINT NOT NULL,
  hash TEXT NOT NULL,
  spent_at BIGINT,
  CONSTRAINT lookup_code_factor_number PRIMARY KEY (factor, number),
  CONSTRAINT lookup_code_factor_known FOREIGN KEY (factor) REFERENCES factor (id) ON DELETE CASCADE
);
