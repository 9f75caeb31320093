-- With which root keys the database was used: HARP does not start without one of them.

CREATE TABLE root_key (
  kid TEXT NOT NULL,
  first_used_at BIGINT NOT NULL,
  CONSTRAINT root_key_kid PRIMARY KEY (kid)
);
