//! `hookgate reconcile`: what a sender's log shows and an inbox never got.

mod held;

use std::{io, process::ExitCode, time::Duration};

use clap::{Args, ValueEnum};
use hookgate::{
    Receiver, Secret, UnixTime,
    inbox::Operations,
    pack::Keys,
    providers::logto::{
        EventName, Logto,
        client::{LogtoClient, Reconciled},
    },
    tenants::{KeySource, KeySourceError, Tenant, Tenants},
};
use hookgate_stores::InboxTables;
use serde_json::json;

use super::inbox::{EncryptionKeys, failed, url_of};
use crate::{output::screen::Screen, settings::credentials::named_variable};

/// Put what a sender's log shows, and the endpoint never got, into the endpoint's inbox.
///
/// The application's worker then handles it, as if it had been sent: once, with the origin `Reconciled`. What was handled, or
/// is in the inbox, is left alone.
///
/// Without an inbox this command does nothing: only the application can handle what is found, and only its store knows what was
/// handled. Such an endpoint reconciles within the application, with the library's `Reconciler`.
///
/// Name the endpoint, its retention, its path and the hook's tenant as the application does, and let its pack have
/// `canonical_identity`. Otherwise its events would have other keys, and run twice. Name what it is interested in as well:
/// otherwise its worker handles all that the log shows.
///
/// Payloads hold personal data, and are written as the application keeps them: encrypted with the first key that is named, or
/// in the clear with --unencrypted.
///
/// The exit status is 0 when all that the log shows has its end or is in the inbox. It is 1 when it failed or something is
/// left, and 2 when the arguments are not understood.
#[derive(Args)]
#[command(after_help = "Example:\n  \
    LOGTO_APP_SECRET=s3cret hookgate reconcile logto --server https://example.logto.app --app-id m9f1c7 \\\n    \
    --hook o7s9sn5gbe07hdq69p1rr --endpoint logto --path /webhooks/logto --inbox sqlite:webhooks.db \\\n    \
    --encryption-key-env 2026-11=INBOX_KEY\n\n\
    More: docs/logto.md in the sources")]
pub(crate) struct Reconcile {
    /// Whose log: `logto`.
    sender: Sender,
    /// The Logto server: scheme and host alone.
    #[arg(long, value_name = "URL")]
    server: String,
    /// The id of an application of the type machine to machine, with a role for the Management API.
    #[arg(long, value_name = "ID")]
    app_id: String,
    /// Take the application's secret from this environment variable.
    #[arg(long, value_name = "VARIABLE", default_value = "LOGTO_APP_SECRET")]
    app_secret_env: String,
    /// The API resource, where the server is not at its usual address.
    #[arg(long, value_name = "URL")]
    resource: Option<String>,
    /// The id of the hook.
    #[arg(long, value_name = "ID")]
    hook: String,
    /// The receiver's name, as the application has it.
    #[arg(long, value_name = "NAME")]
    endpoint: String,
    /// The path at which the hook's deliveries come.
    #[arg(long, value_name = "PATH")]
    path: String,
    /// The tenant whose hook it is, by its canonical id, where the endpoint serves many. Without it their events have other
    /// keys, and run twice.
    #[arg(long, value_name = "ID", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    tenant: Option<String>,
    /// The endpoint makes one event of what several hooks send: `merge_hooks`.
    #[arg(long)]
    merge_hooks: bool,
    /// An event that the application wants, as its `interested_in` has it, such as `User.Deleted`. May be repeated. Without
    /// it, every event of the log is put into the inbox, and handled.
    #[arg(long, value_name = "EVENT", value_parser = event)]
    interested_in: Vec<EventName>,
    /// The receiver's retention, in hours. Events are taken that are an hour younger, and 24 h at most.
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    retention: u64,
    /// Leave alone what occurred earlier, such as `2026-11-30T04:00:00Z`: for an endpoint that got `canonical_identity` then.
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<UnixTime>,
    /// The inbox. Default: the environment variable HOOKGATE_INBOX.
    #[arg(long, value_name = "URL")]
    inbox: Option<String>,
    /// What the names of the inbox's tables begin with.
    #[arg(long, value_name = "NAME", default_value = "hookgate_inbox")]
    tables: String,
    /// The table of claims and marks.
    #[arg(long, value_name = "NAME", default_value = "hookgate_dedup")]
    claims_table: String,
    #[command(flatten)]
    encryption: EncryptionKeys,
    /// Write payloads in the clear, as an application without `EncryptedInbox` does. Without this, a key is needed.
    #[arg(long, conflicts_with_all = ["encryption_key_env", "encryption_key_file"])]
    unencrypted: bool,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

/// What is found has to wait somewhere for the application, which alone can handle it, and alone knows what it handled.
const NO_INBOX: &str = "no inbox is named: say --inbox, or set HOOKGATE_INBOX; an endpoint without an inbox reconciles within \
                        the application, with a `Reconciler` (docs/logto.md)";

#[derive(Clone, Copy, ValueEnum)]
enum Sender {
    Logto,
}

fn event(text: &str) -> Result<EventName, String> {
    EventName::from_text(text).ok_or_else(|| {
        "expected an event's name as Logto writes it, such as `User.Deleted`".to_owned()
    })
}

fn time(text: &str) -> Result<UnixTime, String> {
    UnixTime::from_rfc3339(text).ok_or_else(|| "expected a time as RFC 3339 writes it".to_owned())
}

impl Reconcile {
    pub(crate) fn run(self) -> io::Result<ExitCode> {
        let Sender::Logto = self.sender;
        if self.encryption.is_empty() && !self.unencrypted {
            return Err(io::Error::other(
                "it is not said how payloads are kept: name the application's encryption key, or --unencrypted",
            ));
        }
        let url = url_of(self.inbox.as_deref(), NO_INBOX)?;
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?
            .block_on(self.reconcile(&url))
    }

    async fn reconcile(self, url: &str) -> io::Result<ExitCode> {
        let secret = named_variable(&self.app_secret_env)?;
        let secret = Secret::utf8(secret).map_err(failed)?;
        let mut client = LogtoClient::new(&self.server, &self.app_id, secret);
        if let Some(resource) = &self.resource {
            client = client.resource(resource);
        }
        let client = client.build().map_err(failed)?;
        let mut tables = InboxTables::default();
        tables.named = Some(self.tables.clone());
        tables.claims = Some(self.claims_table.clone());
        let inbox = hookgate_stores::find_inbox(url, &tables).await;
        let inbox = inbox.map_err(failed)?;
        if self.unencrypted {
            held::refuse_encrypted(&Operations::new(inbox.clone())).await?;
        }
        let inbox = self.encryption.open(inbox)?;
        let operations = Operations::new(inbox.clone());
        held::refuse_other_tenants(&operations, &self.endpoint, self.tenant.is_some()).await?;
        let receiver = Receiver::new(self.endpoint.as_str(), self.pack()?)
            .retention(Duration::from_secs(self.retention.saturating_mul(3600)))
            .inbox(inbox)
            .build()
            .map_err(failed)?;
        let reconciler = client.reconciler(&receiver, &self.hook);
        let mut reconciler = reconciler.path(self.path.as_str());
        if let Some(tenant) = &self.tenant {
            reconciler = reconciler.tenant(tenant.as_str());
        }
        if let Some(since) = self.since {
            reconciler = reconciler.since(since);
        }
        let report = reconciler.build().map_err(failed)?.once().await;
        let report = report.map_err(failed)?;
        write(&report, self.json)?;
        Ok(if report.is_whole && report.unresolved == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    /// Nothing is sent to it, so its key is one that nobody has, and its tenants are found nowhere.
    fn pack(&self) -> io::Result<Logto> {
        let keys: Keys = if self.tenant.is_some() {
            Tenants::by_route_param("tenant", NoTenants).into()
        } else {
            let mut key = [0; 32];
            getrandom::fill(&mut key).map_err(|error| io::Error::other(error.to_string()))?;
            Secret::bytes(key).map_err(failed)?.into()
        };
        let pack = Logto::new(keys).canonical_identity();
        let pack = if self.merge_hooks {
            pack.merge_hooks()
        } else {
            pack
        };
        Ok(if self.interested_in.is_empty() {
            pack
        } else {
            pack.interested_in(self.interested_in.iter().copied())
        })
    }
}

/// The reconciler names its tenant, and looks none up.
struct NoTenants;

impl KeySource for NoTenants {
    async fn tenant(&self, _: &str) -> Result<Option<Tenant>, KeySourceError> {
        Ok(None)
    }
}

fn write(report: &Reconciled, json: bool) -> io::Result<()> {
    let mut screen = Screen::stdout();
    if json {
        return screen.json(&json!({
            "read": report.read,
            "known": report.known,
            "handled": report.handled,
            "not_wanted": report.not_wanted,
            "unresolved": report.unresolved,
            "too_old": report.too_old,
            "unreadable": report.unreadable,
            "is_whole": report.is_whole,
        }));
    }
    screen.say(format_args!("{} entries of the log", report.read))?;
    screen.say(format_args!("{} known", report.known))?;
    screen.say(format_args!("{} put into the inbox", report.handled))?;
    for (count, what) in [
        (report.not_wanted, "of no interest"),
        (report.unresolved, "without an end yet: run it again"),
        (
            report.too_old,
            "too old: nobody knows whether they were handled",
        ),
        (report.unreadable, "not events of the hook that can be read"),
    ] {
        if count > 0 {
            screen.say(format_args!("{count} {what}"))?;
        }
    }
    if !report.is_whole {
        screen.say("not all was read or tried: one run reads 100,000 entries, and keeps 64 MiB")?;
    }
    Ok(())
}
