//! [`open_inbox`], [`find_inbox`]: from a URL to an inbox.

use hookgate::inbox::BoxInbox;

use crate::{OpenError, address::Address};

/// Who asks for an inbox.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    /// An application, which keeps it in order.
    Work,
    /// A tool, which must not.
    Look,
}

/// Opens the inbox that `url` names, with defaults for everything else, and makes its tables.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// # let pack = hookgate::providers::logto::Logto::new(hookgate::Secret::from_env("LOGTO_SIGNING_KEY")?);
/// let inbox = hookgate_stores::open_inbox("sqlite:/var/lib/app/webhooks.db").await?;
/// let receiver = hookgate::Receiver::new("logto", pack).inbox(inbox).build()?;
/// # let _ = receiver;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// When the URL names no engine of this program that keeps an inbox, or the inbox cannot be reached.
pub async fn open_inbox(url: &str) -> Result<BoxInbox, OpenError> {
    inbox(url, For::Work).await
}

/// Opens the inbox that `url` names and that is there, for tools such as `hookgate inbox`. It makes no tables, erases
/// nothing by itself, and takes a server whose commits are not durable.
///
/// # Errors
///
/// As [`open_inbox`]. Also when there is none; on PostgreSQL its first call says so.
pub async fn find_inbox(url: &str) -> Result<BoxInbox, OpenError> {
    inbox(url, For::Look).await
}

async fn inbox(url: &str, purpose: For) -> Result<BoxInbox, OpenError> {
    match Address::read(url)? {
        Address::Sqlite { path } => sqlite(path, purpose).await,
        Address::Postgres { url } => postgres(url, purpose).await,
        Address::Memory | Address::Redis { .. } => Err(OpenError::NoInbox),
    }
}

#[cfg(feature = "sqlite")]
async fn sqlite(path: &str, purpose: For) -> Result<BoxInbox, OpenError> {
    let builder = hookgate_sqlite::SqliteInbox::builder();
    let inbox = match purpose {
        For::Work => builder.open(path).await?,
        For::Look => {
            let builder = builder.prune_every(None).dead_letters_for(None);
            builder.open_existing(path).await?
        }
    };
    Ok(BoxInbox::new(inbox))
}

#[cfg(not(feature = "sqlite"))]
async fn sqlite(_: &str, _: For) -> Result<BoxInbox, OpenError> {
    Err(OpenError::NotBuilt("sqlite"))
}

#[cfg(feature = "postgres")]
async fn postgres(url: &str, purpose: For) -> Result<BoxInbox, OpenError> {
    let builder = hookgate_postgres::PostgresInbox::builder();
    let inbox = match purpose {
        For::Work => {
            let inbox = builder.connect(url).await?;
            let migrated = inbox.migrate().await;
            migrated.map_err(hookgate_postgres::OpenError::from)?;
            inbox
        }
        For::Look => {
            let builder = builder.prune_every(None).dead_letters_for(None);
            let builder = builder.may_lose_what_was_accepted();
            builder.connect(url).await?
        }
    };
    Ok(BoxInbox::new(inbox))
}

#[cfg(not(feature = "postgres"))]
async fn postgres(_: &str, _: For) -> Result<BoxInbox, OpenError> {
    Err(OpenError::NotBuilt("postgres"))
}
