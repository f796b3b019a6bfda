//! [`Verdicts`]: the verdict of an event's process, for its handler.

use std::{fmt, time::Duration};

use tokio::{
    runtime::Handle,
    time::{sleep, timeout},
};

use super::{
    ApiError, ClientError, Contract, IdCloudClient, Process,
    source::{Stage, answer},
};
use crate::{
    polling::{self, BoxExpectations, Expectations, Rate, Turn},
    providers::idcloud::{Event, IdCloud, TransactionStatus},
    receiver::Receiver,
    setup::BuildError,
    telemetry::meter,
    verdict::{Nack, StoreError},
};

/// How soon a process is asked for again whose answer is behind its event.
const BEHIND: Duration = Duration::from_secs(5);
/// How long a question waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a call of the expectations' store may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(5);
/// An API that takes no more questions is left alone for so long where it does not say.
const LEAST_HOLD: Duration = Duration::from_secs(1);
const LONGEST_HOLD: Duration = Duration::from_secs(600);

/// Asks for the verdict that an event does not carry: [`IdCloud::verdicts`] makes one. Clones are one.
///
/// A handler that takes its event by `of` has both, whether the event was sent or asked for, inline or in a worker. The verdict
/// holds personal data. It is in memory while the handler has it, and this library writes it nowhere.
///
/// ```
/// use hookgate::{
///     Ack, Delivery, Nack,
///     providers::idcloud::{Event, client::{Process, Verdicts}},
/// };
///
/// async fn on_event(delivery: Delivery<Event>, verdicts: Verdicts) -> Result<Ack, Nack> {
///     match verdicts.of(delivery.event()).await? {
///         Process::Sdk(process) => println!("{:?}", process.result),
///         Process::Api(process) => println!("{:?}", process.unico_id.and_then(|it| it.result)),
///         _ => return Err(Nack::retry()),
///     }
///     Ok(Ack::processed())
/// }
/// ```
///
/// Give both the route and the [fallback](crate::polling::Fallback) a closure that calls it with a clone.
///
/// # What a question without a verdict comes to
///
/// | the API | the handler ends with |
/// | --- | --- |
/// | takes no more questions, or the account has no turn | [`Nack::retry_after`] what it says, or its turn is ahead |
/// | tells an earlier state than the event, or 409 | `Nack::retry_after` 5 s |
/// | cannot be reached, is down, or refuses us | [`Nack::unavailable`]: a worker pauses, and no try is spent |
/// | knows no such process, or answers what cannot be read | [`Nack::retry`]: a gateway says that too while the API is down |
/// | has deleted it (410), or the event is of no process | [`Nack::rejected`] |
///
/// The time is bounded: a turn is awaited for 2 s, its store for 5 s, and the answer for the client's
/// [`timeout`](super::IdCloudClientBuilder::timeout). A handler has the receiver's deadline for all it does, so a slow API is better
/// asked in a [worker](crate::worker).
#[derive(Clone)]
pub struct Verdicts {
    client: IdCloudClient,
    turns: Option<(BoxExpectations, Rate)>,
    endpoint: Option<Box<str>>,
}

impl IdCloud {
    /// Asks for the verdicts of what this pack takes.
    ///
    /// # Errors
    ///
    /// When the contract is of another generation than the endpoint, as for [`status_source`](Self::status_source). For an
    /// endpoint with tenants make one for each client.
    pub fn verdicts(&self, client: &IdCloudClient) -> Result<Verdicts, BuildError> {
        self.agrees_with(client.contract() == Contract::Api)?;
        Ok(Verdicts {
            client: client.clone(),
            turns: None,
            endpoint: None,
        })
    }
}

impl Verdicts {
    /// Asks by turns of this rate, which the store gives. The fallback's own questions share it where both have one store and
    /// one [name](Rate::name). The fallback of an endpoint with tenants adds `/` and [`IdCloudClient::tenant`] to the name.
    pub fn turns(self, expectations: impl Expectations, rate: Rate) -> Self {
        Self {
            turns: Some((BoxExpectations::new(expectations), rate)),
            ..self
        }
    }

    /// Counts its questions in `hookgate_questions_total`, as those of this receiver. Without it they are not counted.
    pub fn counted_for(self, receiver: &Receiver) -> Self {
        Self {
            endpoint: Some(receiver.name().into()),
            ..self
        }
    }

    /// The process of this event, with its verdict.
    ///
    /// # Errors
    ///
    /// What the handler ends with: see the table above. The application's observer gets the [`ClientError`].
    pub async fn of(&self, event: &Event) -> Result<Process, Nack> {
        let stage = match event {
            Event::Process(it) => Stage::from(&it.state),
            Event::Transaction(it) => match it.status {
                TransactionStatus::Process(status) => status.into(),
                TransactionStatus::Payment(_) => {
                    return Err(Nack::rejected("a payment has no verdict of IDCloud"));
                }
            },
            Event::Unrecognized(_) => Stage::Goes,
        };
        self.turn().await?;
        let told = self.client.process(event.id()).await;
        self.count(&told);
        match told {
            Ok(process) if Stage::from(&process) >= stage => Ok(process),
            Ok(_) => Err(Nack::retry_after(BEHIND)),
            Err(error) => Err(self.nack(error).await),
        }
    }

    fn count(&self, told: &Result<Process, ClientError>) {
        let is_asked = !matches!(told, Err(ClientError::Id));
        if let Some(endpoint) = self.endpoint.as_deref().filter(|_| is_asked) {
            meter::question(endpoint, polling::label(&answer(told)));
        }
    }

    async fn turn(&self) -> Result<(), Nack> {
        let Some((store, rate)) = &self.turns else {
            return Ok(());
        };
        match bounded(store.turn(rate, PATIENCE)).await {
            Ok(Turn::In(wait)) => {
                sleep(wait).await;
                Ok(())
            }
            Ok(Turn::Later(wait)) => Err(Nack::retry_after(wait)),
            Err(error) => Err(Nack::unavailable().with_error(error)),
        }
    }

    async fn nack(&self, error: ClientError) -> Nack {
        let nack = match error {
            ClientError::Api(ApiError::Limited { retry_after }) => {
                let lasts = retry_after.unwrap_or_default();
                let lasts = lasts.clamp(LEAST_HOLD, LONGEST_HOLD);
                if let Some((store, rate)) = &self.turns {
                    // Others are told as soon as they ask themselves, where this is lost.
                    let _ = bounded(store.hold(rate, lasts)).await;
                }
                Nack::retry_after(lasts)
            }
            ClientError::NotYet => Nack::retry_after(BEHIND),
            ClientError::Id => Nack::rejected("the event's id is none that the API takes"),
            ClientError::Unknown { status: 410 } => {
                Nack::rejected("the API has deleted the process")
            }
            ClientError::Unknown { .. }
            | ClientError::OtherProcess
            | ClientError::Api(ApiError::TooLarge | ApiError::Malformed) => Nack::retry(),
            ClientError::Api(_) => Nack::unavailable(),
        };
        nack.with_error(error)
    }
}

/// Outside of tokio nobody can be asked.
async fn bounded<T>(call: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    if Handle::try_current().is_err() {
        return Err(StoreError::Timeout);
    }
    let called = timeout(CALL_TIMEOUT, call).await;
    called.unwrap_or(Err(StoreError::Timeout))
}

impl fmt::Debug for Verdicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verdicts")
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}
