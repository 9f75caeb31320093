-- Messages to be delivered, and the audit trail.

CREATE TABLE outbox (
  id TEXT NOT NULL,
  account TEXT,
  recipient TEXT NOT NULL,
  notice TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  leased_until BIGINT,
  state TEXT NOT NULL,
  why TEXT,
  CONSTRAINT outbox_id PRIMARY KEY (id)
);
CREATE INDEX outbox_state_due_at ON outbox (state, due_at);

-- Appended, never changed. `place` orders the events of one transaction, which share their time.
CREATE TABLE audit_event (
  id TEXT NOT NULL,
  happened_at BIGINT NOT NULL,
  place BIGINT NOT NULL,
  actor TEXT NOT NULL,
  origin TEXT NOT NULL,
  trace TEXT NOT NULL,
  subject TEXT,
  policy TEXT NOT NULL,
  deed TEXT NOT NULL,
  CONSTRAINT audit_event_id PRIMARY KEY (id)
);
CREATE INDEX audit_event_happened_at_place ON audit_event (happened_at, place);
CREATE INDEX audit_event_subject_happened_at ON audit_event (subject, happened_at);
