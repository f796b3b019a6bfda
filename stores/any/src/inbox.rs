//! [`open_inbox`], [`find_inbox`]: from a URL to an inbox. [`InboxTables`]: under which names.

use hookgate::inbox::BoxInbox;

use crate::{OpenError, address::Address};

/// What is wrong with a name of [`InboxTables`].
#[cfg(any(feature = "postgres", feature = "sqlite"))]
const NAMED: OpenError = OpenError::Table("inbox's own tables");
#[cfg(any(feature = "postgres", feature = "sqlite"))]
const CLAIMS: OpenError = OpenError::Table("table of claims");

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
    inbox(url, &InboxTables::default(), For::Work).await
}

/// What an inbox's tables are called, where an application has named them. On PostgreSQL a schema may stand in front.
///
/// ```
/// use hookgate_stores::InboxTables;
///
/// let mut tables = InboxTables::default();
/// tables.named = Some("webhooks".to_owned());
/// tables.claims = Some("webhooks_dedup".to_owned());
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct InboxTables {
    /// What the names of the inbox's own tables begin with: the builders' `tables_named`. Default: `hookgate_inbox`.
    pub named: Option<String>,
    /// The table of claims and marks: the builders' `table`. Default: `hookgate_dedup`.
    pub claims: Option<String>,
}

/// Opens the inbox that `url` names and that is there, for tools such as `hookgate inbox`. It makes no tables, erases
/// nothing by itself, and takes a server whose commits are not durable.
///
/// # Errors
///
/// As [`open_inbox`]. When a table cannot be called so. Also when there is none; on PostgreSQL its first call says so.
pub async fn find_inbox(url: &str, tables: &InboxTables) -> Result<BoxInbox, OpenError> {
    inbox(url, tables, For::Look).await
}

async fn inbox(url: &str, tables: &InboxTables, purpose: For) -> Result<BoxInbox, OpenError> {
    match Address::read(url)? {
        Address::Sqlite { path } => sqlite(path, tables, purpose).await,
        Address::Postgres { url } => postgres(url, tables, purpose).await,
        Address::Memory | Address::Redis { .. } => Err(OpenError::NoInbox),
    }
}

#[cfg(feature = "sqlite")]
async fn sqlite(path: &str, tables: &InboxTables, purpose: For) -> Result<BoxInbox, OpenError> {
    use hookgate_sqlite::{SqliteInbox, Table};
    let mut builder = SqliteInbox::builder();
    if let Some(name) = &tables.named {
        builder = builder.tables_named(&Table::new(name).map_err(|_| NAMED)?);
    }
    if let Some(name) = &tables.claims {
        builder = builder.table(Table::new(name).map_err(|_| CLAIMS)?);
    }
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
async fn sqlite(_: &str, _: &InboxTables, _: For) -> Result<BoxInbox, OpenError> {
    Err(OpenError::NotBuilt("sqlite"))
}

#[cfg(feature = "postgres")]
async fn postgres(url: &str, tables: &InboxTables, purpose: For) -> Result<BoxInbox, OpenError> {
    use hookgate_postgres::{PostgresInbox, Table};
    let mut builder = PostgresInbox::builder();
    if let Some(name) = &tables.named {
        builder = builder.tables_named(&Table::new(name).map_err(|_| NAMED)?);
    }
    if let Some(name) = &tables.claims {
        builder = builder.table(Table::new(name).map_err(|_| CLAIMS)?);
    }
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
async fn postgres(_: &str, _: &InboxTables, _: For) -> Result<BoxInbox, OpenError> {
    Err(OpenError::NotBuilt("postgres"))
}
