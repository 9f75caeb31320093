-- The person did not want to prove more for this request: it goes on with what was reached.
ALTER TABLE oidc_interaction ADD COLUMN step_up_declined_at BIGINT;
