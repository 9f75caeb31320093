-- A second address for security letters (B02: the first is the employer's). `second_email` is set only once its code was
-- entered; `second_email_awaited` waits for its code. Not unique: it is no sign-in name, and keeps nobody from anything.
ALTER TABLE account ADD COLUMN second_email TEXT;
ALTER TABLE account ADD COLUMN second_email_at BIGINT;
ALTER TABLE account ADD COLUMN second_email_awaited TEXT;
