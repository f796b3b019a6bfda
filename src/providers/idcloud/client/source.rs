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

/// Unico's API as a [`Fallback`](crate::polling::Fallback) asks it: [`IdCloud::status_source`] makes one, and
/// [`IdCloud::status_source_by_tenant`] one for an endpoint that serves many.
///
/// What it tells is an id, a state and a flow. The verdict stays where it is: ask the [client](IdCloudClient::process) for it.
#[derive(Clone)]
pub struct IdCloudSource {
    clients: Clients,
    contract: Contract,
    unknown: Arc<Unknown>,
}

/// Who is asked.
#[derive(Clone)]
enum Clients {
    One(IdCloudClient),
    ByTenant(Find),
}

type Find = Arc<dyn Fn(&str) -> Option<IdCloudClient> + Send + Sync>;

impl Clients {
    fn of(&self, tenant: Option<&str>) -> Option<IdCloudClient> {
        match self {
            Self::One(client) => Some(client.clone()),
            Self::ByTenant(find) => find(tenant?),
        }
    }
}

/// What the questions of tenants without a client count for: an account of their own, which is never asked. No tenant of Unico's
/// has a space in its name.
const NO_CLIENT: &str = "no client";
/// So many answers say that there is no such process: twenty minutes of them by the default pauses. A gateway in an outage says
/// it too.
const IS_GONE: u8 = 10;
/// Of so many processes it is counted. Beyond that it begins anew: they are asked for more often, and never less.
const MOST_COUNTED: usize = 10_000;

/// How often in a row the API did not know a process.
#[derive(Default)]
struct Unknown(Mutex<HashMap<Whose, u8>>);

/// A process of a tenant, or of an endpoint without.
type Whose = (Option<Box<str>>, Box<str>);

fn whose(question: Question<'_>) -> Whose {
    (question.tenant.map(Into::into), question.id.into())
}

impl Unknown {
    /// Whether that was once too often.
    fn again(&self, question: Question<'_>) -> bool {
        let whose = whose(question);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST_COUNTED && !counts.contains_key(&whose) {
            counts.clear();
        }
        let count = counts.entry(whose.clone()).or_default();
        *count += 1;
        let is_gone = *count >= IS_GONE;
        if is_gone {
            counts.remove(&whose);
        }
        is_gone
    }

    /// It said something else.
    fn ended(&self, question: Question<'_>) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.remove(&whose(question));
    }
}

impl IdCloud {
    /// Asks Unico's API for what this pack takes. Give the receiver this same pack.
    ///
    /// # Errors
    ///
    /// When the contract tells another generation of bodies than the endpoint takes. A process would then be two events: as it
    /// is sent and as it is asked for. An endpoint of [both generations](Self::both_generations) must name all three
    /// statuses that end a process: concluded, cancelled and error. When the pack has tenants.
    pub fn status_source(&self, client: &IdCloudClient) -> Result<IdCloudSource, BuildError> {
        if self.has_tenants() {
            return Err(BuildError::Pack(
                "the endpoint has tenants, and this asks by one account: use `status_source_by_tenant`",
            ));
        }
        self.source(client.contract(), Clients::One(client.clone()))
    }

    /// The same for an endpoint with [tenants](Self::tenants), each of which has an account of its own at Unico's.
    ///
    /// `find` gives the client of a tenant by its canonical id. It is called for each question, so it looks clients up, and makes
    /// none: a new one would log in anew. A tenant without one is asked for later, and logged, and holds up no other. All of them
    /// ask by `contract`. Each has the fallback's rate for itself, by [`IdCloudClient::tenant`].
    ///
    /// ```
    /// # use std::collections::HashMap;
    /// # use hookgate::providers::idcloud::{IdCloud, client::{Contract, IdCloudClient, IdCloudSource}};
    /// fn source(pack: &IdCloud, clients: HashMap<String, IdCloudClient>) -> Result<IdCloudSource, hookgate::BuildError> {
    ///     pack.status_source_by_tenant(Contract::Sdk, move |tenant| clients.get(tenant).cloned())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`status_source`](Self::status_source); when the pack has no tenants.
    pub fn status_source_by_tenant(
        &self,
        contract: Contract,
        find: impl Fn(&str) -> Option<IdCloudClient> + Send + Sync + 'static,
    ) -> Result<IdCloudSource, BuildError> {
        if !self.has_tenants() {
            return Err(BuildError::Pack(
                "the endpoint has no tenants, and this asks by those of one: use `status_source`",
            ));
        }
        self.source(contract, Clients::ByTenant(Arc::new(find)))
    }

    fn source(&self, contract: Contract, clients: Clients) -> Result<IdCloudSource, BuildError> {
        self.agrees_with(contract == Contract::Api)?;
        Ok(IdCloudSource {
            clients,
            contract,
            unknown: Arc::default(),
        })
    }
}

impl StatusSource for IdCloudSource {
    async fn ask(&self, question: Question<'_>) -> Result<Reply, AskError> {
        let client = self.clients.of(question.tenant);
        let client = client.ok_or(AskError::Refused("the tenant has no client of Unico's API"))?;
        if client.contract() != self.contract {
            return Err(AskError::Refused(
                "the tenant's client asks by another contract than the endpoint's",
            ));
        }
        let told = client.process(question.id).await;
        let answer = answer(&told);
        match told {
            Err(ClientError::Unknown { .. }) if answer.is_err() => {
                if self.unknown.again(question) {
                    return Ok(Reply::Gone);
                }
            }
            _ => self.unknown.ended(question),
        }
        answer
    }

    fn account(&self, tenant: Option<&str>) -> Option<Arc<str>> {
        match &self.clients {
            Clients::One(_) => None,
            clients @ Clients::ByTenant(_) => Some(match clients.of(tenant) {
                Some(client) => client.tenant().clone(),
                None => NO_CLIENT.into(),
            }),
        }
    }

    fn serves_tenants(&self) -> bool {
        matches!(self.clients, Clients::ByTenant(_))
    }

    fn ends(&self, id: &str) -> Vec<Bytes> {
        ends_by(self.contract, id)
    }

    fn other_ends(&self, id: &str) -> Vec<Bytes> {
        ends_by(
            match self.contract {
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

/// How far a process has come. Later ones are more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// In a state of which the sender does not tell, or that nobody knows: it may be on the way to an end.
    Goes,
    /// In one of which it tells, and which others may follow.
    Told,
    /// At its end.
    Ended,
}

impl From<&State> for Stage {
    fn from(state: &State) -> Self {
        match state {
            State::Finished | State::Failed => Self::Ended,
            State::Created | State::Other(_) => Self::Goes,
        }
    }
}

impl From<Status> for Stage {
    fn from(status: Status) -> Self {
        match status {
            Status::Concluded | Status::Cancelled | Status::Error => Self::Ended,
            Status::Divergence => Self::Told,
            Status::Processing | Status::Other(_) => Self::Goes,
        }
    }
}

impl From<&Process> for Stage {
    fn from(process: &Process) -> Self {
        match process {
            Process::Api(it) => it.status.into(),
            Process::Sdk(it) => (&it.state).into(),
        }
    }
}

/// What it means that the API told this of a process.
pub(super) fn answer(told: &Result<Process, ClientError>) -> Result<Reply, AskError> {
    match told {
        Ok(process) => Ok(reply(process)),
        Err(ClientError::Id | ClientError::Unknown { status: 410 }) => Ok(Reply::Gone),
        Err(ClientError::NotYet) => Ok(Reply::NotYet),
        Err(error) => Err(error.asked()),
    }
}

fn reply(told: &Process) -> Reply {
    let stage = Stage::from(told);
    if stage == Stage::Goes {
        return Reply::NotYet;
    }
    let notification = match told {
        Process::Api(it) => transaction(&it.id, it.status),
        Process::Sdk(it) => {
            let flow = it.flow.as_ref().map(|flow| flow.as_str());
            process(&it.id, &it.state, flow)
        }
    };
    Reply::Status {
        notification,
        is_end: stage == Stage::Ended,
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
        f.debug_struct("IdCloudSource")
            .field("contract", &self.contract)
            .finish_non_exhaustive()
    }
}
