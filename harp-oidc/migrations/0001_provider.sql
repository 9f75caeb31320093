-- Clients as an operator registered them; `data` is grant::client::Client.
CREATE TABLE oidc_client (
  id TEXT NOT NULL,
  data TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT oidc_client_id PRIMARY KEY (id)
);

-- `sub`: a stored random value per account and sector.
CREATE TABLE oidc_subject (
  account TEXT NOT NULL,
  sector TEXT NOT NULL,
  subject TEXT NOT NULL,
  CONSTRAINT oidc_subject_account_sector PRIMARY KEY (account, sector),
  CONSTRAINT oidc_subject_subject UNIQUE (subject)
);

-- One authorization and everything issued from it; `grant_data` is grant::family::Grant.
CREATE TABLE oidc_family (
  id TEXT NOT NULL,
  client TEXT NOT NULL,
  account TEXT NOT NULL,
  session TEXT NOT NULL,
  grant_data TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT,
  CONSTRAINT oidc_family_id PRIMARY KEY (id)
);
CREATE INDEX oidc_family_created_at ON oidc_family (created_at);

-- Authorization codes by their hash; `bound` is grant::code::Bound.
CREATE TABLE oidc_code (
  secret TEXT NOT NULL,
  client TEXT NOT NULL,
  family TEXT NOT NULL,
  bound TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  spent_at BIGINT,
  CONSTRAINT oidc_code_secret PRIMARY KEY (secret)
);
CREATE INDEX oidc_code_expires_at ON oidc_code (expires_at);

-- Access tokens by their hash.
CREATE TABLE oidc_access_token (
  secret TEXT NOT NULL,
  family TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  CONSTRAINT oidc_access_token_secret PRIMARY KEY (secret)
);
CREATE INDEX oidc_access_token_expires_at ON oidc_access_token (expires_at);

-- Authorization requests that wait for a person, by the hash of the browser's secret.
CREATE TABLE oidc_interaction (
  secret TEXT NOT NULL,
  client TEXT NOT NULL,
  request TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  spent_at BIGINT,
  CONSTRAINT oidc_interaction_secret PRIMARY KEY (secret)
);
CREATE INDEX oidc_interaction_expires_at ON oidc_interaction (expires_at);

-- F12: the latest acceptance of each version.
CREATE TABLE oidc_terms (
  account TEXT NOT NULL,
  client TEXT NOT NULL,
  version TEXT NOT NULL,
  session TEXT NOT NULL,
  accepted_at BIGINT NOT NULL,
  CONSTRAINT oidc_terms_account_client_version PRIMARY KEY (account, client, version)
);

-- Signing keys, sealed; `state` is jose::keyring::KeyState.
CREATE TABLE oidc_key (
  kid TEXT NOT NULL,
  alg TEXT NOT NULL,
  state TEXT NOT NULL,
  sealed TEXT NOT NULL,
  CONSTRAINT oidc_key_kid PRIMARY KEY (kid)
);
-- Whoever changes the keys raises the one version: of eight at once one succeeds.
CREATE TABLE oidc_keyring (
  id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  CONSTRAINT oidc_keyring_id PRIMARY KEY (id)
);
INSERT INTO oidc_keyring (id, version) VALUES (1, 0);
