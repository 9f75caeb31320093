-- Programs, organizations, roles; who holds which, who asks for which.

CREATE TABLE program (
  id TEXT NOT NULL,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  CONSTRAINT program_id PRIMARY KEY (id),
  CONSTRAINT program_slug UNIQUE (slug)
);

CREATE TABLE organization (
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  CONSTRAINT organization_id PRIMARY KEY (id)
);

CREATE TABLE program_org (
  program TEXT NOT NULL,
  org TEXT NOT NULL,
  CONSTRAINT program_org_program_org PRIMARY KEY (program, org),
  CONSTRAINT program_org_program_known FOREIGN KEY (program) REFERENCES program (id),
  CONSTRAINT program_org_org_known FOREIGN KEY (org) REFERENCES organization (id)
);

CREATE TABLE role (
  id TEXT NOT NULL,
  program TEXT NOT NULL,
  role_key TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  permissions TEXT NOT NULL,
  CONSTRAINT role_id PRIMARY KEY (id),
  CONSTRAINT role_program_role_key UNIQUE (program, role_key),
  CONSTRAINT role_program_known FOREIGN KEY (program) REFERENCES program (id)
);

CREATE TABLE role_request (
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  program TEXT NOT NULL,
  org TEXT NOT NULL,
  roles TEXT NOT NULL,
  state TEXT NOT NULL,
  decided_by TEXT,
  decided_at BIGINT,
  reason TEXT,
  created_at BIGINT NOT NULL,
  CONSTRAINT role_request_id PRIMARY KEY (id),
  CONSTRAINT role_request_account_known FOREIGN KEY (account) REFERENCES account (id),
  CONSTRAINT role_request_program_known FOREIGN KEY (program) REFERENCES program (id),
  CONSTRAINT role_request_org_known FOREIGN KEY (org) REFERENCES organization (id)
);
CREATE INDEX role_request_account ON role_request (account);
CREATE INDEX role_request_org_program_state ON role_request (org, program, state);

-- H08: one pending request for a role of a person at an organization.
CREATE TABLE pending_role (
  account TEXT NOT NULL,
  org TEXT NOT NULL,
  role TEXT NOT NULL,
  request TEXT NOT NULL,
  CONSTRAINT pending_role_account_org_role PRIMARY KEY (account, org, role),
  CONSTRAINT pending_role_role_known FOREIGN KEY (role) REFERENCES role (id),
  CONSTRAINT pending_role_request_known FOREIGN KEY (request) REFERENCES role_request (id)
);
CREATE INDEX pending_role_request ON pending_role (request);

-- `live`: not ended and not replaced. Whether it has lapsed is a question of time, which an index cannot ask.
CREATE TABLE assignment (
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  role TEXT NOT NULL,
  org TEXT NOT NULL,
  start_at BIGINT NOT NULL,
  end_at BIGINT,
  request TEXT,
  live BOOLEAN NOT NULL,
  CONSTRAINT assignment_id PRIMARY KEY (id),
  CONSTRAINT assignment_account_known FOREIGN KEY (account) REFERENCES account (id),
  CONSTRAINT assignment_role_known FOREIGN KEY (role) REFERENCES role (id),
  CONSTRAINT assignment_org_known FOREIGN KEY (org) REFERENCES organization (id)
);
CREATE UNIQUE INDEX assignment_account_role_org ON assignment (account, role, org) WHERE live;
CREATE INDEX assignment_account ON assignment (account);
CREATE INDEX assignment_org ON assignment (org);
