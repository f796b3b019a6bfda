//! [`IdCloudSource`]: the client as the fallback asks it.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use serde_json::json;

use super::{
    super::{IdCloud, State, Status},
    ClientError, Contract, IdCloudClient, Process,
};
use crate::{
    polling::{AskError, Question, Reply, StatusSource},
    setup::BuildError,
};

/// Unico's API as a [`Fallback`](crate::polling::Fallback) asks it: [`IdCloud::status_source`] makes one.
///
/// What it tells is an id, a state and a flow. The verdict stays where it is: ask the [client](IdCloudClient::process) for it.
#[derive(Clone)]
pub struct IdCloudSource {
    client: IdCloudClient,
    unknown: Arc<Unknown>,
}

/// So many answers say that there is no such process: twenty minutes of them by the default pauses. A gateway in an outage says
/// it too.
const IS_GONE: u8 = 10;
/// Of so many processes it is counted. Beyond that it begins anew: they are asked for more often, and never less.
const MOST_COUNTED: usize = 10_000;

/// How often in a row the API did not know a process.
#[derive(Default)]
struct Unknown(Mutex<HashMap<Box<str>, u8>>);

impl Unknown {
    /// Whether that was once too often.
    fn again(&self, id: &str) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST_COUNTED && !counts.contains_key(id) {
            counts.clear();
        }
        let count = counts.entry(id.into()).or_default();
        *count += 1;
        let is_gone = *count >= IS_GONE;
        if is_gone {
            counts.remove(id);
        }
        is_gone
    }

    /// It said something else.
    fn ended(&self, id: &str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.remove(id);
    }
}

impl IdCloud {
    /// Asks Unico's API for what this pack takes. Give the receiver this same pack.
    ///
    /// # Errors
    ///
    /// When the contract tells another generation of bodies than the endpoint takes. A process would then be two events: as it
    /// is sent and as it is asked for. An endpoint of [both generations](Self::both_generations) must name all three
    /// statuses that end a process: concluded, cancelled and error. When the pack has tenants: each has an account of its own at
    /// Unico's, and this asks by one.
    pub fn status_source(&self, client: &IdCloudClient) -> Result<IdCloudSource, BuildError> {
        self.agrees_with(client.contract() == Contract::Api)?;
        Ok(IdCloudSource {
            client: client.clone(),
            unknown: Arc::default(),
        })
    }
}

impl StatusSource for IdCloudSource {
    async fn ask(&self, question: Question<'_>) -> Result<Reply, AskError> {
        match self.client.process(question.id).await {
            Ok(process) => {
                self.unknown.ended(question.id);
                Ok(reply(&process))
            }
            Err(ClientError::Id | ClientError::Unknown { status: 410 }) => Ok(Reply::Gone),
            Err(ClientError::Unknown { .. }) if self.unknown.again(question.id) => Ok(Reply::Gone),
            Err(error @ ClientError::Unknown { .. }) => Err(error.asked()),
            Err(error) => {
                self.unknown.ended(question.id);
                match error {
                    ClientError::NotYet => Ok(Reply::NotYet),
                    error => Err(error.asked()),
                }
            }
        }
    }

    fn ends(&self, id: &str) -> Vec<Bytes> {
        ends_by(self.client.contract(), id)
    }

    fn serves_tenants(&self) -> bool {
        false
    }

    fn other_ends(&self, id: &str) -> Vec<Bytes> {
        ends_by(
            match self.client.contract() {
                Contract::Api => Contract::Sdk,
                Contract::Sdk => Contract::Api,
            },
            id,
        )
    }
}

fn ends_by(contract: Contract, id: &str) -> Vec<Bytes> {
    match contract {
        Contract::Api => [Status::Concluded, Status::Cancelled, Status::Error]
            .map(|status| transaction(id, status))
            .into(),
        Contract::Sdk => [State::Finished, State::Failed]
            .map(|state| process(id, &state, None))
            .into(),
    }
}

/// A state that nobody knows is none of which the sender tells: it may be on the way to an end.
fn reply(told: &Process) -> Reply {
    let (notification, is_end) = match told {
        Process::Api(it) => match it.status {
            Status::Divergence => (transaction(&it.id, it.status), false),
            Status::Concluded | Status::Cancelled | Status::Error => {
                (transaction(&it.id, it.status), true)
            }
            Status::Processing | Status::Other(_) => return Reply::NotYet,
        },
        Process::Sdk(it) => match &it.state {
            state @ (State::Finished | State::Failed) => {
                let flow = it.flow.as_ref().map(|flow| flow.as_str());
                (process(&it.id, state, flow), true)
            }
            State::Created | State::Other(_) => return Reply::NotYet,
        },
    };
    Reply::Status {
        notification,
        is_end,
    }
}

fn process(id: &str, state: &State, flow: Option<&str>) -> Bytes {
    let mut body = json!({"processId": id, "state": state});
    if let (Some(members), Some(flow)) = (body.as_object_mut(), flow) {
        members.insert("flow".to_owned(), flow.into());
    }
    body.to_string().into()
}

fn transaction(id: &str, status: Status) -> Bytes {
    json!({"id": id, "status": status}).to_string().into()
}

impl fmt::Debug for IdCloudSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IdCloudSource").field(&self.client).finish()
    }
}
