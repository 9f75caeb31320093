-- Until when a case waits for somebody; none once it has ended. A sweep ends what waits no longer.

ALTER TABLE proofing_case ADD COLUMN live_until BIGINT;
CREATE INDEX proofing_case_live_until ON proofing_case (live_until);
