//! JWTs that were signed a moment ago, given again while their session is the same: a signature
//! costs more than everything else in a session check.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use shared::otp_service::Session;

/// A JWT is given again for so many seconds.
pub(super) const REUSE: i64 = 60;
/// So many JWTs fill one of the two halves.
const HALF: usize = 2048;

/// The newest JWTs, by session. Kept in two halves: a full one takes the other one's place, so that
/// nothing is ever searched for what is due.
#[derive(Default)]
pub(crate) struct Signed(Mutex<Halves>);

#[derive(Default)]
struct Halves {
    newer: HashMap<String, Entry>,
    older: HashMap<String, Entry>,
}

struct Entry {
    session: Session,
    jwt: String,
    at: i64,
}

impl Signed {
    /// The JWT of a session that has not changed since it was signed.
    pub(super) fn find(&self, session: &Session, now: i64) -> Option<String> {
        let halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = halves
            .newer
            .get(&session.id)
            .or_else(|| halves.older.get(&session.id))?;
        (now < entry.at + REUSE && entry.session == *session).then(|| entry.jwt.clone())
    }

    pub(super) fn remember(&self, session: &Session, jwt: &str, now: i64) {
        let entry = Entry {
            session: session.clone(),
            jwt: jwt.to_owned(),
            at: now,
        };
        let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if halves.newer.len() >= HALF {
            halves.older = std::mem::take(&mut halves.newer);
        }
        halves.newer.insert(session.id.clone(), entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(id: usize, last_active_at: i64) -> Session {
        Session {
            id: format!("sess_{id}"),
            user_id: String::new(),
            started_at: 0,
            expires_at: 1000,
            last_active_at,
            created_at: 0,
            updated_at: 0,
            factors: Vec::new(),
            device_fingerprint: shared::otp_service::DeviceFingerprint::default(),
        }
    }

    #[test]
    fn a_jwt_is_given_again_for_a_minute_while_its_session_is_the_same() {
        let signed = Signed::default();
        signed.remember(&session(1, 5), "a.b.c", 100);
        assert_eq!(signed.find(&session(1, 5), 159).as_deref(), Some("a.b.c"));
        assert_eq!(signed.find(&session(1, 5), 160), None);
        assert_eq!(signed.find(&session(1, 6), 101), None);
        assert_eq!(signed.find(&session(2, 5), 101), None);
        signed.remember(&session(1, 6), "d.e.f", 110);
        assert_eq!(signed.find(&session(1, 6), 111).as_deref(), Some("d.e.f"));
    }

    #[test]
    fn what_is_remembered_has_a_bound() {
        let signed = Signed::default();
        for id in 0..5 * HALF {
            signed.remember(&session(id, 0), "a.b.c", 100);
        }
        let halves = signed.0.lock().unwrap();
        assert!(halves.newer.len() + halves.older.len() <= 2 * HALF);
        drop(halves);
        assert!(signed.find(&session(5 * HALF - 1, 0), 101).is_some());
    }
}
