-- Accounts, unfinished registrations, proofing cases.
-- Ids and JSON are TEXT, times are microseconds since 1970 (UTC), `..._folded` is what two spellings share.

CREATE TABLE account (
  id TEXT NOT NULL,
  username TEXT NOT NULL,
  username_folded TEXT NOT NULL,
  first_name TEXT NOT NULL,
  middle_name TEXT,
  last_name TEXT NOT NULL,
  birth_date TEXT NOT NULL,
  phone TEXT NOT NULL,
  country TEXT NOT NULL,
  address_line1 TEXT NOT NULL,
  address_line2 TEXT,
  city TEXT NOT NULL,
  state TEXT NOT NULL,
  zip TEXT NOT NULL,
  email TEXT NOT NULL,
  email_verified_at BIGINT,
  password TEXT NOT NULL,
  challenge_question TEXT,
  challenge_answer TEXT,
  standing TEXT NOT NULL,
  proofed TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  locale TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT account_id PRIMARY KEY (id),
  CONSTRAINT account_username_folded UNIQUE (username_folded)
);

-- Who has verified an address: one account each. An address that is merely typed stands in `account` alone.
CREATE TABLE verified_email (
  folded TEXT NOT NULL,
  account TEXT NOT NULL,
  CONSTRAINT verified_email_folded PRIMARY KEY (folded),
  CONSTRAINT verified_email_account UNIQUE (account),
  CONSTRAINT verified_email_account_known FOREIGN KEY (account) REFERENCES account (id)
);

-- A07: one person, one account. The fingerprint is a keyed hash.
CREATE TABLE person_claim (
  fingerprint TEXT NOT NULL,
  account TEXT NOT NULL,
  CONSTRAINT person_claim_fingerprint PRIMARY KEY (fingerprint)
);

CREATE TABLE draft (
  id TEXT NOT NULL,
  secret TEXT NOT NULL,
  account TEXT NOT NULL,
  data TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  CONSTRAINT draft_id PRIMARY KEY (id),
  CONSTRAINT draft_secret UNIQUE (secret)
);
CREATE INDEX draft_expires_at ON draft (expires_at);

-- The account may still be a draft: no foreign key.
CREATE TABLE proofing_case (
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  person TEXT NOT NULL,
  state TEXT NOT NULL,
  reference TEXT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  CONSTRAINT proofing_case_id PRIMARY KEY (id)
);
CREATE INDEX proofing_case_account_created_at ON proofing_case (account, created_at);
CREATE INDEX proofing_case_reference ON proofing_case (reference);
