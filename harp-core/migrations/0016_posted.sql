-- What was sent stays for a while: for receipts of the telephone service, for a call that is asked to say its code again, and for
-- whoever asks the help desk where their code is.

CREATE INDEX outbox_account_created_at ON outbox (account, created_at);
CREATE INDEX outbox_state_created_at ON outbox (state, created_at);
