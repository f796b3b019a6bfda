//! [`Fallback`]: asks for what was not sent in time.

use std::{fmt, future::Future, sync::Arc};

use super::{Expectation, Expectations, Expecting, FallbackBuilder, StatusSource, shared::Shared};
use crate::{
    identity::ExpectationKey,
    receiver::{Busy, Receiver},
    setup::Finding,
    telemetry::meter,
    time::Timer,
    verdict::StoreError,
};

/// The longest id of a process, in bytes.
const LONGEST_ID: usize = 512;

/// Asks a sender's API for what it did not send in time. Cheap to clone; clones are one.
///
/// Each process that the application starts is [expected](Self::expect). Once its delay is over, the fallback looks whether
/// the end of it was handled. If not, it asks the API. What it learns goes the receiver's road as a delivery of the same
/// type, under the same event key, with the [origin](crate::Delivery::origin) `Polled`. So what is sent and what is asked
/// for never both run the handler.
///
/// # When an expectation ends
///
/// | what happens | the expectation |
/// | --- | --- |
/// | an end of the process was handled, or is in the inbox, whoever has told it | ends |
/// | the API tells an end, and the handler says [`Ack`](crate::Ack), or [`Nack::rejected`](crate::Nack::rejected) | ends |
/// | the API tells an end that the receiver is not [interested in] | ends |
/// | the API tells a state that others may follow | is handled, and goes on |
/// | the handler fails, or the event is being handled elsewhere | goes on, and is asked for again |
/// | the API does not answer, or takes no questions | goes on |
/// | the deadline passes, or the API knows no such process | the application is told, and it ends |
/// | the dedup store may have forgotten whether it was handled | the application is told, and it ends unasked |
///
/// A lease of an expectation that lapses costs a question. It never costs a second run, since claims decide that.
///
/// [interested in]: crate::providers::idcloud::IdCloud::interested_in
#[derive(Clone)]
pub struct Fallback(pub(super) Arc<Shared>);

/// A process cannot be awaited.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExpectError {
    /// The endpoint serves many, and nobody said whose process it is. Or it serves one, and somebody did. Its event would
    /// have another key than the one that is sent.
    #[error("an endpoint for many tenants needs the tenant's id, and another endpoint takes none")]
    Tenant,
    /// The id is empty, or longer than 512 bytes.
    #[error("the id of a process has 1 to 512 bytes")]
    Id,
    /// The store did not take it.
    #[error("the process is not awaited: {0}")]
    Store(#[from] StoreError),
}

impl Fallback {
    /// Begins the fallback of `receiver`. `source` asks the sender's API.
    #[expect(
        clippy::new_ret_no_self,
        reason = "a fallback is only had from `build`"
    )]
    pub fn new(
        receiver: &Receiver,
        source: impl StatusSource,
        expectations: impl Expectations,
    ) -> FallbackBuilder {
        FallbackBuilder::new(receiver, source, expectations)
    }

    /// Awaits the end of the process `id`. `tenant` is the canonical id, where the endpoint serves many.
    ///
    /// Call it as soon as the process is started. A crash between the start and this call leaves a process that nobody
    /// awaits. A store that joins the application's transaction takes an [`expectation`](Self::expectation) within it, beside
    /// the application's own row.
    ///
    /// # Errors
    ///
    /// When the id or the tenant cannot be, and when the store did not take it.
    pub async fn expect(&self, tenant: Option<&str>, id: &str) -> Result<Expecting, ExpectError> {
        let expected = self.expectation(tenant, id)?;
        let expecting = self.0.expectations.expect(&expected).await?;
        if expecting == Expecting::New {
            meter::expectation(self.0.receiver.name(), "expected");
        }
        Ok(expecting)
    }

    /// What an operator should know of it: that its store of expectations forgets them, or is not shared. `build` logs it.
    pub fn check(&self) -> Vec<Finding> {
        super::check::check(&self.0.receiver, self.0.expectations.promises())
    }

    /// What [`expect`](Self::expect) gives to its store: for a store's own call that joins a transaction.
    ///
    /// # Errors
    ///
    /// When the id or the tenant cannot be.
    pub fn expectation(&self, tenant: Option<&str>, id: &str) -> Result<Expectation, ExpectError> {
        let shared = &*self.0;
        let judge = shared.receiver.judge();
        if self.0.receiver.serves_tenants() != tenant.is_some() {
            return Err(ExpectError::Tenant);
        }
        if id.is_empty() || id.len() > LONGEST_ID {
            return Err(ExpectError::Id);
        }
        Ok(Expectation {
            key: ExpectationKey::of(id, judge.name(), tenant, &judge.pack),
            endpoint: judge.name.clone(),
            tenant: tenant.map(Into::into),
            id: id.into(),
            first_after: shared.first_after,
            give_up_after: shared.give_up_after,
        })
    }

    /// Asks until `stop` resolves, on tokio. Its questions and handlers are tasks of the current runtime.
    ///
    /// Returns what still runs after the [`grace`](FallbackBuilder::grace): the end of the process cuts it off.
    #[cfg(feature = "tokio")]
    pub async fn run(&self, stop: impl Future<Output = ()> + Send) -> Busy {
        self.run_on(crate::time::TokioTimer, stop).await
    }

    /// The same with a timer of your own, which runs the questions.
    pub async fn run_on(&self, timer: impl Timer, stop: impl Future<Output = ()> + Send) -> Busy {
        let timer: Arc<dyn Timer> = Arc::new(timer);
        super::serve::serve(&self.0, &timer, stop).await
    }
}

impl fmt::Debug for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fallback")
            .field("endpoint", &self.0.receiver.name())
            .finish_non_exhaustive()
    }
}
