//! What the backend does by itself from time to time, beside the requests: it forgets what is due.

use std::time::Duration;

use storage::StoreError;

use crate::app::App;

/// How often what is due is forgotten.
const EVERY: Duration = Duration::from_secs(60);
/// Rows of one bite: a few milliseconds, behind which a sign-in may have to wait (E-06).
const BITE: i64 = 100;

/// Keeps house until it is stopped.
pub(crate) async fn keep_house(app: &App) {
    let mut interval = tokio::time::interval(EVERY);
    loop {
        interval.tick().await;
        if let Err(error) = forget(app).await {
            tracing::error!(%error, "what is due was not forgotten; the next round tries again");
        }
    }
}

/// Forgets all that is due, in bites with a commit each, between which others have their turn.
pub(crate) async fn forget(app: &App) -> Result<(), StoreError> {
    let now = app.clock.now();
    while whole(app.store.forget_sends(now, BITE).await?) {}
    while whole(app.store.forget_messages(now, BITE).await?) {}
    while whole(app.store.forget_challenges(now, BITE).await?) {}
    while whole(app.store.forget_ended_sessions(now, BITE).await?) {}
    loop {
        let given_up = app.store.give_up_messages(now, BITE).await?;
        app.events.webhooks_given_up(given_up);
        if !whole(given_up) {
            break;
        }
    }
    app.events
        .webhooks_waiting(app.store.messages_left().await?);
    Ok(())
}

fn whole(found: usize) -> bool {
    i64::try_from(found).is_ok_and(|found| found >= BITE)
}
