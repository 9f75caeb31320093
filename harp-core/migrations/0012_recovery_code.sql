-- The code that was sent to each device during a recovery: who goes back to a device goes on counting.

CREATE TABLE recovery_code (
  recovery TEXT NOT NULL,
  factor TEXT NOT NULL,
  challenge TEXT NOT NULL,
  CONSTRAINT recovery_code_recovery_factor PRIMARY KEY (recovery, factor),
  CONSTRAINT recovery_code_recovery_known FOREIGN KEY (recovery) REFERENCES recovery (id) ON DELETE CASCADE
);
