-- Browsers in which people have signed in completely: each has an attempt budget of its own there (P15). Several people may share
-- one; its secret changes with each complete sign-in.

CREATE TABLE browser (
  id TEXT NOT NULL,
  secret TEXT NOT NULL,
  used_at BIGINT NOT NULL,
  CONSTRAINT browser_id PRIMARY KEY (id),
  CONSTRAINT browser_secret UNIQUE (secret)
);
CREATE INDEX browser_used_at ON browser (used_at);

CREATE TABLE known_browser (
  account TEXT NOT NULL,
  browser TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  CONSTRAINT known_browser_account_browser PRIMARY KEY (account, browser),
  CONSTRAINT known_browser_account_known FOREIGN KEY (account) REFERENCES account (id),
  CONSTRAINT known_browser_browser_known FOREIGN KEY (browser) REFERENCES browser (id) ON DELETE CASCADE
);
CREATE INDEX known_browser_browser ON known_browser (browser);
CREATE INDEX known_browser_used_at ON known_browser (used_at);
