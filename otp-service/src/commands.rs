//! What the service does in one transaction each: load, ask the rules, apply. The caller brings
//! the time and everything random; the answer is given after the commit.

pub(crate) mod bucket;
pub(crate) mod change_user;
pub(crate) mod hand_over;
pub(crate) mod note_receipt;
pub(crate) mod note_report;
pub(crate) mod send_code;
pub(crate) mod unblock_number;
pub(crate) mod verify_code;
pub(crate) mod verify_session;
