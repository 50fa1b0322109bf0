//! Takes what gateways report over connections of their own, writes it down, and only then has it
//! answered: what a kill takes away comes again.

use std::sync::Arc;

use storage::Sql;
use tokio::sync::mpsc;

use crate::commands::note_receipt::Outcome;
use crate::commands::note_report::NoteReport;
use crate::gateways::{Noted, Reported};
use crate::service::Service;

/// Takes reports until no gateway is left that could send one.
pub(crate) async fn take_reports(service: Arc<Service>, mut reports: mpsc::Receiver<Reported>) {
    while let Some(reported) = reports.recv().await {
        let noted = note(&service, &reported).await;
        reported.noted(noted);
    }
}

async fn note(service: &Service, reported: &Reported) -> Noted {
    if service.timekeeper.keep().await.is_err() {
        return Noted::Later;
    }
    let command = NoteReport {
        gateway: reported.gateway,
        message_id: reported.message_id.clone(),
        reference: reported.reference.clone(),
        others: reported.others.clone(),
        to: reported.to.clone(),
        report: reported.report,
        now: service.clock.now(),
    };
    let written = service
        .database
        .write(move |sql: &Sql<'_>| command.run(sql))
        .await;
    match written {
        Ok(outcome) => {
            service.events.receipt(reported.gateway, &outcome);
            match outcome {
                Outcome::UnknownMessage => Noted::UnknownMessage,
                _ => Noted::Known,
            }
        }
        Err(error) => {
            tracing::warn!(%error, "a report was not written down; the gateway is told to send it again");
            Noted::Later
        }
    }
}
