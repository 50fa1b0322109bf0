-- What tells fraud from people (see rules/pumping.rs).

-- The number without its last four digits; '' for messages that cost nothing.
ALTER TABLE messages ADD COLUMN prefix TEXT NOT NULL DEFAULT '';
-- When a code of its challenge was right, 0 while none was.
ALTER TABLE messages ADD COLUMN verified_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX messages_of_prefix ON messages (prefix, created_at) WHERE prefix <> '';

-- Challenges whose tries were used up by wrong codes.
CREATE TABLE exhaustions (
    challenge_id TEXT NOT NULL PRIMARY KEY,
    exhausted_at BIGINT NOT NULL
);
CREATE INDEX exhaustions_by_time ON exhaustions (exhausted_at);
