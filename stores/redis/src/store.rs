//! [`RedisStore`]: claims and marks, one key each.

use std::{fmt, sync::Arc, time::Duration};

use hookgate::{
    EventKey,
    dedup::{Claim, DedupStore, End, Lease, OwnerToken, Promises, Settled, State, StoreError},
    pack::ContentDigest,
};
use hookgate_store_kit::{Found, Held, RowState, rounding};
use redis::{Value, aio::ConnectionManager};

use crate::{
    OpenError, Prefix, RedisStoreBuilder,
    entry::{Entry, LINGER},
    fault::REDIS,
    line::Line,
    script::Statement,
    session,
    statements::Statements,
};

/// Claims and marks in Redis. Cheap to clone; all clones are one store.
///
/// See the [crate's documentation](crate) for what it promises, and what it cannot.
#[derive(Clone)]
pub struct RedisStore(Arc<Inner>);

struct Inner {
    /// The line of claims, which ask for a key.
    claims: Line,
    /// The line of leases, which have one. It is apart, so that neither a flood of claims nor their silent
    /// connection costs a lease or a mark. A server that answers one line also has the other's next commands
    /// already.
    leases: Line,
    prefix: Prefix,
    statements: Statements,
    call_timeout: Duration,
}

impl RedisStore {
    /// Connects to the server at `url`, with defaults for everything else.
    ///
    /// # Errors
    ///
    /// When the address cannot be read, or the server does not answer or refuses.
    pub async fn connect(url: &str) -> Result<Self, OpenError> {
        Self::builder().connect(url).await
    }

    /// Uses the application's own connection for everything. See
    /// [`RedisStoreBuilder::connections`].
    pub fn with_connection(connection: ConnectionManager) -> Self {
        Self::builder().connections(connection.clone(), connection)
    }

    /// Settings: the prefix of keys, and limits.
    pub fn builder() -> RedisStoreBuilder {
        RedisStoreBuilder::new()
    }

    pub(crate) fn new(claims: Line, leases: Line, prefix: Prefix, call_timeout: Duration) -> Self {
        Self(Arc::new(Inner {
            claims,
            leases,
            prefix,
            statements: Statements::new(),
            call_timeout,
        }))
    }

    async fn ask(&self, line: &Line, statement: &Statement<'_>) -> Result<Value, StoreError> {
        session::ask(line, self.0.call_timeout, statement).await
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("prefix", &self.0.prefix)
            .field("call_timeout", &self.0.call_timeout)
            .finish_non_exhaustive()
    }
}

impl DedupStore for RedisStore {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let store = &*self.0;
        let won = |attempt| Ok(Claim::Won(Lease::granted(*key, owner, attempt)));
        let name = store.prefix.key(key);
        let claim = Statements::claim(&name, content, &owner, lease);
        match self.ask(&store.claims, &claim).await? {
            Value::Okay => return won(1),
            Value::Nil => {}
            _ => return Err(REDIS.unexpected()),
        }
        let take_over = store.statements.take_over(&name, content, &owner, lease);
        let found = match self.ask(&store.claims, &take_over).await? {
            Value::Int(attempt) => return won(u32::try_from(attempt).unwrap_or(u32::MAX)),
            found => read(found)?,
        };
        match found.of_claim(&owner, content).held() {
            Held::Own { attempt } => won(attempt),
            Held::By(claim) => Ok(claim),
            // The script grants what is free.
            Held::Lapsed | Held::Ended => Err(REDIS.unexpected()),
        }
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        let name = self.0.prefix.key(lease.key());
        let settle = self.0.statements.settle(&name, lease, end, retain);
        settled(self.ask(&self.0.leases, &settle).await?)
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        let name = self.0.prefix.key(lease.key());
        let extend = self.0.statements.extend(&name, lease.owner(), by);
        settled(self.ask(&self.0.leases, &extend).await?)
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        let name = self.0.prefix.key(key);
        let look = self.0.statements.look(&name);
        match self.ask(&self.0.claims, &look).await? {
            Value::Array(found) if matches!(found.first(), Some(Value::Nil)) => Ok(State::Free),
            found => Ok(read(found)?.seen()),
        }
    }

    /// The server's setting decides whether marks survive a restart, and the store is often not allowed to read
    /// it. See the [crate's documentation](crate).
    fn promises(&self) -> Promises {
        Promises::durable()
    }
}

fn settled(held: Value) -> Result<Settled, StoreError> {
    match held {
        Value::Int(1) => Ok(Settled::Ok),
        Value::Int(0) => Ok(Settled::LeaseLost),
        _ => Err(REDIS.unexpected()),
    }
}

/// An entry, and what is left of it.
struct Entered {
    entry: Entry,
    left: Duration,
}

impl Entered {
    fn seen(&self) -> State {
        self.entry.state.with_left(self.left)
    }

    fn of_claim(self, owner: &OwnerToken, content: Option<&ContentDigest>) -> Found {
        Found {
            state: self.entry.state,
            left: self.left,
            own: self.entry.owner == *owner,
            attempt: self.entry.attempt,
            same_content: self.entry.has_content(content),
            given_up: self.entry.was_given_up_by(owner),
        }
    }
}

fn read(found: Value) -> Result<Entered, StoreError> {
    let (entry, lives): (Vec<u8>, i64) =
        redis::from_redis_value(found).map_err(|_| REDIS.unexpected())?;
    let entry = Entry::read(&entry).ok_or_else(|| REDIS.foreign())?;
    let lives = rounding::left(lives);
    let left = match entry.state {
        // Its key outlives it.
        RowState::InProgress => lives.saturating_sub(LINGER),
        // It ends with its key, and that is there.
        _ => lives.max(Duration::from_millis(1)),
    };
    Ok(Entered { entry, left })
}
