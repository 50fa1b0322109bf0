//! All tables and columns, to carry a whole database to another place. How that is done: `storage`.

use storage::{Table, tables};

/// All tables; each comes after those that it refers to.
pub(crate) const TABLES: &[Table] = tables! {
    "apps" [1] id Text, mode Text, created_at Int;
    "api_keys" [1] id Text, app_id Text, hash Text, last_four Text, created_at Int, revoked_at Int,
        first_used_at Int;
    "users" [1] id Text, app_id Text, first_name Text, middle_name Text, last_name Text, status Text, created_at Int,
        updated_at Int;
    "methods" [1] id Text, app_id Text, user_id Text, kind Text, address Text, verified Int, created_at Int, updated_at Int;
    "throttles" [2] app_id Text, address Text, failures Int, recent_failures Int, last_failure_at Int, wait_until Int,
        sends Text, last_request Text, last_answer Text, last_sent_at Int;
    "challenges" [1] id Text, app_id Text, method_id Text, purpose Text, tries Int, codes Text, created_at Int,
        expires_at Int, succeeded_at Int, succeeded_digest Text, session_id Text, session_generation Int, device_id Text;
    "messages" [1] id Text, app_id Text, method_id Text, challenge_id Text, address Text, text Text, locale Text,
        status Text, created_at Int, expires_at Int, place Int, country Text, gateway Text, gateway_ref Text, holder Text,
        held_until Int, handed_at Int, settled_at Int, reason Text, cost Int, device_id Text, endpoint Text,
        idempotency_key Text, prefix Text, verified_at Int;
    "exhaustions" [1] challenge_id Text, exhausted_at Int;
    "receipts" [1] id Text, received_at Int;
    "devices" [1] id Text, app_id Text, method_id Text, token_hash Text, history Text, used_at Int, expires_at Int;
    "sessions" [1] id Text, app_id Text, user_id Text, token_hash Text, generation Int, started_at Int, expires_at Int,
        last_active_at Int, updated_at Int, ended_at Int, factors Text, ip Text, user_agent Text;
    "signing_keys" [1] id Text, app_id Text, sealed_key Text, created_at Int, signs_from Int;
    "replays" [3] app_id Text, endpoint Text, idempotency_key Text, request Text, answer Text, created_at Int;
    "clock_marks" [1] boot Text, unix_ms Int, up_ms Int;
    "own_key_checks" [1] check_value Text, place Int, used_from Int;
};
