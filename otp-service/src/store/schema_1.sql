-- Only TEXT and BIGINT, never NULL: unset text is '', unset time is 0. The same text runs on
-- SQLite and PostgreSQL. Times are Unix seconds.

CREATE TABLE apps (
    id TEXT NOT NULL PRIMARY KEY,
    mode TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES apps (id),
    hash TEXT NOT NULL UNIQUE,
    last_four TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL,
    first_used_at BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES apps (id),
    first_name TEXT NOT NULL,
    middle_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- A number or an address belongs to at most one user of an app.
CREATE TABLE methods (
    id TEXT NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES apps (id),
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    verified BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (app_id, kind, address)
);
CREATE INDEX methods_of_user ON methods (user_id);

-- Kept for numbers without a user too. `sends` is a JSON list of times; `last_request` and
-- `last_answer` are those of the last send, for repeats within seconds (I-08), and '' later.
CREATE TABLE throttles (
    app_id TEXT NOT NULL REFERENCES apps (id),
    address TEXT NOT NULL,
    failures BIGINT NOT NULL,
    recent_failures BIGINT NOT NULL,
    last_failure_at BIGINT NOT NULL,
    wait_until BIGINT NOT NULL,
    sends TEXT NOT NULL,
    last_request TEXT NOT NULL,
    last_answer TEXT NOT NULL,
    last_sent_at BIGINT NOT NULL,
    PRIMARY KEY (app_id, address)
);
CREATE INDEX throttles_to_forget ON throttles (last_sent_at) WHERE failures = 0;
CREATE INDEX throttles_with_answer ON throttles (last_sent_at) WHERE last_answer <> '';

-- `codes` is a JSON list of keyed digests with their ends; no code is stored (E-01).
CREATE TABLE challenges (
    id TEXT NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES apps (id),
    method_id TEXT NOT NULL REFERENCES methods (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    tries BIGINT NOT NULL,
    codes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    succeeded_at BIGINT NOT NULL,
    succeeded_digest TEXT NOT NULL,
    session_id TEXT NOT NULL,
    session_generation BIGINT NOT NULL,
    device_id TEXT NOT NULL
);
CREATE INDEX challenges_of_method ON challenges (method_id);
CREATE INDEX challenges_by_end ON challenges (expires_at);

-- The queue, and what became of each message, which is kept longer than the challenge. `text` is
-- sealed (E-02) and '' once it is no longer needed.
CREATE TABLE messages (
    id TEXT NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES apps (id),
    method_id TEXT NOT NULL REFERENCES methods (id) ON DELETE CASCADE,
    challenge_id TEXT NOT NULL,
    address TEXT NOT NULL,
    text TEXT NOT NULL,
    locale TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX messages_of_method ON messages (method_id);
CREATE INDEX messages_by_address ON messages (address);
CREATE INDEX messages_by_time ON messages (created_at);
CREATE INDEX messages_to_wipe ON messages (expires_at) WHERE text <> '';

-- Browsers that have signed in before (B-14); `history` is what was done from there, as JSON.
CREATE TABLE devices (
    id TEXT NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES apps (id),
    method_id TEXT NOT NULL REFERENCES methods (id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL UNIQUE,
    history TEXT NOT NULL,
    used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX devices_of_method ON devices (method_id);
CREATE INDEX devices_by_end ON devices (expires_at);

-- `token_hash` is the hash of the newest token (C-02), which `generation` derives.
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES apps (id),
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL UNIQUE,
    generation BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_active_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    factors TEXT NOT NULL,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);
CREATE INDEX sessions_by_last_use ON sessions (last_active_at);
CREATE INDEX sessions_that_were_ended ON sessions (ended_at) WHERE ended_at > 0;
CREATE INDEX sessions_with_device ON sessions (started_at) WHERE ip <> '' OR user_agent <> '';

-- Private keys that sign session JWTs, sealed; a new one is published before it signs (E-08).
CREATE TABLE signing_keys (
    id TEXT NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES apps (id),
    sealed_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    signs_from BIGINT NOT NULL
);
CREATE INDEX signing_keys_of_app ON signing_keys (app_id);

-- First answers to requests with an Idempotency-Key.
CREATE TABLE replays (
    app_id TEXT NOT NULL REFERENCES apps (id),
    endpoint TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request TEXT NOT NULL,
    answer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (app_id, endpoint, idempotency_key)
);
CREATE INDEX replays_by_time ON replays (created_at);

-- Where the clock of each machine stood last (C-19); `boot` names a run of a machine.
CREATE TABLE clock_marks (
    boot TEXT NOT NULL PRIMARY KEY,
    unix_ms BIGINT NOT NULL,
    up_ms BIGINT NOT NULL
);

-- Which of the service's own keys this database was used with, in the order of `place`.
CREATE TABLE own_key_checks (
    check_value TEXT NOT NULL PRIMARY KEY,
    place BIGINT NOT NULL UNIQUE,
    used_from BIGINT NOT NULL
);
