-- Messages on their way to a gateway (see rules/delivery.rs for the words of `status`).

-- Grows with every message, also within a second: the order of the queue.
ALTER TABLE messages ADD COLUMN place BIGINT NOT NULL DEFAULT 0;
-- ISO 3166 alpha-2, '' for an e-mail address.
ALTER TABLE messages ADD COLUMN country TEXT NOT NULL DEFAULT '';
-- Who holds it or has taken it, and what it is called there.
ALTER TABLE messages ADD COLUMN gateway TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN gateway_ref TEXT NOT NULL DEFAULT '';
-- The process that is handing it over, and until when that may take.
ALTER TABLE messages ADD COLUMN holder TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN held_until BIGINT NOT NULL DEFAULT 0;
-- When a gateway took it, and when its state became final.
ALTER TABLE messages ADD COLUMN handed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN settled_at BIGINT NOT NULL DEFAULT 0;
-- Why it failed or is not known, a word.
ALTER TABLE messages ADD COLUMN reason TEXT NOT NULL DEFAULT '';
-- Millionths of the currency's unit.
ALTER TABLE messages ADD COLUMN cost BIGINT NOT NULL DEFAULT 0;
-- What is given back when no gateway takes it; '' once that is settled.
ALTER TABLE messages ADD COLUMN device_id TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN endpoint TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN idempotency_key TEXT NOT NULL DEFAULT '';

-- All messages before this version went to the outbox, which is the phone.
UPDATE messages SET place = created_at * 1000000, gateway = 'outbox', settled_at = created_at;

CREATE INDEX messages_by_place ON messages (place);
CREATE INDEX messages_of_challenge ON messages (challenge_id, place);
CREATE INDEX messages_in_queue ON messages (place) WHERE status = 'queued';
CREATE INDEX messages_held ON messages (held_until) WHERE status = 'dispatching';
CREATE INDEX messages_by_reference ON messages (gateway_ref) WHERE gateway_ref <> '';
CREATE INDEX messages_that_left ON messages (created_at) WHERE gateway <> 'outbox';
CREATE INDEX messages_handed_over ON messages (handed_at) WHERE handed_at > 0;

-- Receipts that were believed, so that each counts once (G-09); `id` is a digest of the signature.
CREATE TABLE receipts (
    id TEXT NOT NULL PRIMARY KEY,
    received_at BIGINT NOT NULL
);
CREATE INDEX receipts_by_time ON receipts (received_at);
