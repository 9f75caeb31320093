-- Cookies that a browser had before. Who brings one has a copy, or somebody else took the browser over with one: it ends.

CREATE TABLE browser_spent (
  secret TEXT NOT NULL,
  browser TEXT NOT NULL,
  spent_at BIGINT NOT NULL,
  CONSTRAINT browser_spent_secret PRIMARY KEY (secret),
  CONSTRAINT browser_spent_browser FOREIGN KEY (browser) REFERENCES browser (id) ON DELETE CASCADE
);
CREATE INDEX browser_spent_browser_of ON browser_spent (browser);
CREATE INDEX browser_spent_spent_at ON browser_spent (spent_at);
