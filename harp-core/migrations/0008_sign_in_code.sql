-- The code that was sent to each device during a sign-in: who goes back to a device goes on counting.

CREATE TABLE sign_in_code (
  sign_in TEXT NOT NULL,
  factor TEXT NOT NULL,
  challenge TEXT NOT NULL,
  CONSTRAINT sign_in_code_sign_in_factor PRIMARY KEY (sign_in, factor),
  CONSTRAINT sign_in_code_sign_in_known FOREIGN KEY (sign_in) REFERENCES sign_in (id) ON DELETE CASCADE
);
