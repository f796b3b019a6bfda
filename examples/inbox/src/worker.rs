//! The process that handles what was accepted.

use std::{future::pending, time::Duration};

use hookgate::{
    Ack, Delivery, Nack,
    inbox::Inbox,
    providers::{facephi, idcloud, logto, unico_check},
    worker::Worker,
};

use crate::{
    Result,
    database::{Database, Effect},
    deliveries::BAD,
    endpoints::{Endpoints, is_transactional},
    process::READY,
};

/// So long a handler works before its effect.
const WORK: Duration = Duration::from_millis(15);
/// So long a line waits after its worker died.
const LEASE: Duration = Duration::from_secs(3);

pub(crate) async fn run(url: &str) -> Result<()> {
    let database = Database::open(url).await?;
    match database.clone() {
        Database::Sqlite { inbox, .. } => work(inbox, database).await,
        Database::Postgres { inbox, .. } => work(inbox, database).await,
    }
}

async fn work(inbox: impl Inbox + Clone, database: Database) -> Result<()> {
    let endpoints = Endpoints::new(inbox.clone())?;
    let worker = Worker::new(inbox)
        .lease(LEASE)
        .slots(16)
        .handle(&endpoints.logto, {
            let database = database.clone();
            move |delivery: Delivery<logto::Event>| {
                let user = delivery.event().user_id().map(str::to_owned);
                handle(database.clone(), delivery, user)
            }
        })
        .handle(&endpoints.facephi, {
            let database = database.clone();
            move |delivery: Delivery<facephi::WorkflowEvent>| {
                let operation = delivery.event().operation_id().map(str::to_owned);
                handle(database.clone(), delivery, operation)
            }
        })
        .handle(&endpoints.idcloud, {
            let database = database.clone();
            move |delivery: Delivery<idcloud::Event>| {
                let process = Some(delivery.event().id().to_owned());
                handle(database.clone(), delivery, process)
            }
        })
        .handle(&endpoints.unico_check, {
            move |delivery: Delivery<unico_check::Event>| {
                let process = Some(delivery.event().id().to_owned());
                handle(database.clone(), delivery, process)
            }
        });
    println!("{READY}");
    worker.run(pending()).await?;
    Ok(())
}

/// `id` is the sender's own word for what happened.
async fn handle<E>(
    database: Database,
    delivery: Delivery<E>,
    id: Option<String>,
) -> std::result::Result<Ack, Nack> {
    tokio::time::sleep(WORK).await;
    // An event without an id does not fit its type: kept as a dead letter until somebody has looked at it.
    let id = id.ok_or_else(|| Nack::rejected("it names nothing"))?;
    if id.ends_with(BAD) {
        return Err(Nack::rejected("it can never be handled"));
    }
    let effect = Effect {
        endpoint: delivery.endpoint().to_owned(),
        id,
        attempt: delivery.lease().attempt(),
    };
    if is_transactional(&effect.endpoint) {
        database.commit_with_end(&effect, delivery.lease()).await?;
    } else {
        database.commit(&effect).await?;
        // A process that is killed from here on leaves an effect whose event is not done.
        tokio::time::sleep(WORK).await;
    }
    Ok(Ack::processed())
}
