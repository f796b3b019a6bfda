//! [`Together`]: what several callers write, in one statement.

use std::{collections::HashSet, sync::Arc, time::Duration};

use hookgate::dedup::StoreError;
use hookgate_store_kit::{Bounds, Commit, Failed, Failure, Write};
use sqlx::{PgConnection, PgPool, postgres::PgRow};

use crate::{
    fault::is_about_a_lock,
    prepared::Call,
    row,
    session::{self, Ask},
    statements::{Statements, mark},
    value::Value,
};

/// Up to eight callers write by themselves: the server does that at once. What waits beyond goes in two statements, one
/// under way while the callers of the other come back. A statement of 256 takes a few milliseconds, in which nobody else can
/// take its keys.
pub(crate) const BOUNDS: Bounds = Bounds::USUAL.items(256).at_once(2).alone(8);

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    Yes,
    No,
    /// Others work on its row, or were inserting a key of its batch. By itself it may have to wait for them.
    Unknown,
}

/// As a statement of its own. A claim is of a key that has no row.
pub(crate) fn call<'s>(write: &Write, statements: &'s Statements) -> Call<'s> {
    match write {
        Write::Claim {
            key,
            owner,
            content,
            lease,
        } => statements.claim(key, content.as_ref(), owner, *lease),
        Write::Settle {
            key,
            owner,
            end,
            retain,
        } => statements.settle(key, owner, *end, *retain),
    }
}

/// Writes it by itself, within `limit`.
pub(crate) async fn alone(
    write: &Write,
    pool: &PgPool,
    statements: &Statements,
    limit: Duration,
) -> Result<Written, StoreError> {
    let rows = session::ask(pool, limit, &call(write, statements)).await?;
    Ok(if rows > 0 { Written::Yes } else { Written::No })
}

/// As the statement of many says that it was written.
fn done(write: &Write) -> Done {
    let (key, owner) = write.holder();
    let is_claim = matches!(write, Write::Claim { .. });
    (is_claim, *key.as_bytes(), *owner.as_bytes())
}

/// Whether it was a claim, and the row's key and owner.
type Done = (bool, [u8; 32], [u8; 16]);

/// Writes batches.
pub(crate) struct Together {
    pub(crate) pool: PgPool,
    pub(crate) statements: Arc<Statements>,
    /// How long a batch may take, the wait for a connection included.
    pub(crate) limit: Duration,
}

impl Commit for Together {
    const STORE: &str = "postgres";

    type Item = Write;
    type Answer = Written;

    /// Receivers bound how many events are under way.
    fn bytes(_: &Write) -> Option<usize> {
        None
    }

    /// A claim that nobody waits for would only have to be given back.
    fn is_for_its_caller(write: &Write) -> bool {
        matches!(write, Write::Claim { .. })
    }

    async fn commit(&self, writes: &[Write]) -> Result<Vec<Written>, Failed> {
        let written = match writes {
            [write] => {
                let alone = alone(write, &self.pool, &self.statements, self.limit);
                alone.await.map(|written| vec![written])
            }
            _ => session::ask(&self.pool, self.limit, &self.many(writes)).await,
        };
        written.map_err(Failed::Engine)
    }

    async fn refused(&self, _: &Write, error: StoreError) -> Result<Written, StoreError> {
        Err(error)
    }
}

impl Together {
    fn many<'a>(&'a self, writes: &'a [Write]) -> Many<'a> {
        let [mut keys, mut owners, mut contents, mut leases] = [(); 4].map(|()| Vec::new());
        let [mut ended, mut enders, mut states, mut lasts] = [(); 4].map(|()| Vec::new());
        for write in writes {
            match write {
                Write::Claim {
                    key,
                    owner,
                    content,
                    lease,
                } => {
                    keys.push(key.into());
                    owners.push(owner.into());
                    contents.push(Value::of_content(content.as_ref()));
                    leases.push(Value::of_duration(*lease));
                }
                Write::Settle {
                    key,
                    owner,
                    end,
                    retain,
                } => {
                    ended.push(key.into());
                    enders.push(owner.into());
                    let [state, lasting] = mark(*end, *retain);
                    states.push(state);
                    lasts.push(lasting);
                }
            }
        }
        let claims = [keys, owners, contents, leases].map(Value::Many);
        let ends = [ended, enders, states, lasts].map(Value::Many);
        Many {
            call: self.statements.together(claims, ends),
            writes,
        }
    }
}

/// Many writes in one statement.
struct Many<'a> {
    call: Call<'a>,
    writes: &'a [Write],
}

impl Ask for Many<'_> {
    type Answer = Vec<Written>;

    async fn ask(&self, connection: &mut PgConnection) -> Result<Vec<Written>, Failure> {
        let run =
            async |connection: &mut PgConnection, sql| match session::read_all(connection, sql)
                .await
            {
                Err(error) if is_about_a_lock(&error) => Ok(None),
                rows => rows.map(Some),
            };
        let Some(rows) = self.call.ask_by(connection, run).await? else {
            return Ok(vec![Written::Unknown; self.writes.len()]);
        };
        let all = rows.iter().map(read).collect::<Result<HashSet<_>, _>>()?;
        let written = self.writes.iter().map(|write| {
            match (all.contains(&done(write)), write) {
                (true, _) => Written::Yes,
                (false, Write::Claim { .. }) => Written::No,
                // The lease is lost, or the row is locked.
                (false, Write::Settle { .. }) => Written::Unknown,
            }
        });
        Ok(written.collect())
    }
}

fn read(row: &PgRow) -> Result<Done, StoreError> {
    let (key, owner): (Vec<u8>, Vec<u8>) = (row::get(row, 1)?, row::get(row, 2)?);
    Ok((row::get(row, 0)?, row::digest(&key)?, row::token(&owner)?))
}
