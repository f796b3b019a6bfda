//! `hookgate status`: how a process stands, as the fallback would ask.

use std::{io, path::PathBuf, process::ExitCode, time::Duration};

use clap::{Args, ValueEnum};
use hookgate::{
    Secret,
    providers::idcloud::{
        Milestone, State, Status as Code, TransactionStatus,
        client::{Account, ClientError, Environment, IdCloudClient, Process},
    },
};
use serde_json::json;

use crate::{
    output::screen::{Screen, note},
    settings::credentials::{named_variable, private_key},
};

/// The exit status where the sender knows no such process.
const NOT_THERE: u8 = 3;

/// Ask a sender's API how a process stands, as the fallback does.
///
/// It shows the id and the state. The verdict, which is personal data, it does not show.
///
/// The exit status is 0 when the API said it, 1 when it did not, and 2 when the arguments are not understood. It is 3 when the
/// API knows no such process.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    hookgate status idcloud 8263a268-5388-492a-bca2-28e1ff4a69f0 --account service --tenant acme --private-key unico.pem\n  \
    IDCLOUD_API_KEY=k3y hookgate status idcloud ID --contract by-client --account service --tenant acme --json\n\n\
    The account's private key is in IDCLOUD_PRIVATE_KEY, or the file of --private-key.\n\
    More: docs/polling.md in the sources")]
pub(crate) struct Status {
    /// Whose process: `idcloud`.
    sender: Sender,
    /// The sender's id of the process.
    id: String,
    /// The name of the service account.
    #[arg(long, value_name = "NAME")]
    account: String,
    /// The tenant of the service account.
    #[arg(long, value_name = "NAME")]
    tenant: String,
    /// The account's private RSA key: a PEM file.
    #[arg(long, value_name = "FILE")]
    private_key: Option<PathBuf>,
    /// Which contract of GetProcess.
    #[arg(long, value_enum, default_value_t = Contract::ByUnico)]
    contract: Contract,
    /// Take the API key, which the contract by-client needs, from this environment variable.
    #[arg(long, value_name = "VARIABLE", default_value = "IDCLOUD_API_KEY")]
    api_key_env: String,
    /// Ask the services for acceptance tests.
    #[arg(long)]
    uat: bool,
    /// Ask this host: scheme and host alone.
    #[arg(long, value_name = "URL")]
    api_url: Option<String>,
    /// Log in at this host: scheme and host alone.
    #[arg(long, value_name = "URL")]
    identity_url: Option<String>,
    /// Wait this many seconds at most, the login included.
    #[arg(long, value_name = "SECONDS", default_value_t = 15)]
    timeout: u64,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Sender {
    Idcloud,
}

#[derive(Clone, Copy, ValueEnum)]
enum Contract {
    /// Web & SDK: `processId` and `state`.
    ByUnico,
    /// API: `id` and `status`.
    ByClient,
}

impl Status {
    pub(crate) fn run(self) -> io::Result<ExitCode> {
        let client = self.client()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        match runtime.block_on(client.process(&self.id)) {
            Ok(process) => {
                self.write(&process)?;
                Ok(ExitCode::SUCCESS)
            }
            Err(error @ ClientError::Unknown { .. }) => {
                note(format_args!("hookgate: {error}"));
                Ok(ExitCode::from(NOT_THERE))
            }
            Err(error) => Err(io::Error::other(error)),
        }
    }

    fn client(&self) -> io::Result<IdCloudClient> {
        let Sender::Idcloud = self.sender;
        let key = private_key("idcloud", self.private_key.as_deref())?;
        let account = Account::new(&self.account, &self.tenant, key).map_err(io::Error::other)?;
        let environment = if self.uat {
            Environment::Uat
        } else {
            Environment::Production
        };
        let mut client = match self.contract {
            Contract::ByUnico => IdCloudClient::by_unico(environment, account),
            Contract::ByClient => {
                let key = named_variable(&self.api_key_env)?;
                let key = Secret::utf8(key).map_err(io::Error::other)?;
                IdCloudClient::by_client(environment, account, key)
            }
        };
        if let Some(url) = &self.api_url {
            client = client.api_url(url);
        }
        if let Some(url) = &self.identity_url {
            client = client.identity_url(url);
        }
        let client = client.timeout(Duration::from_secs(self.timeout));
        client.build().map_err(io::Error::other)
    }

    fn write(&self, process: &Process) -> io::Result<()> {
        let milestone = process.milestone();
        let (state, has_ended) = match &milestone {
            Milestone::State(state) => (
                json!(state),
                matches!(state, State::Finished | State::Failed),
            ),
            Milestone::Status(status) => (
                json!(status),
                matches!(
                    status,
                    TransactionStatus::Process(Code::Concluded | Code::Cancelled | Code::Error)
                ),
            ),
            _ => (json!(null), false),
        };
        let mut screen = Screen::stdout();
        if self.json {
            return screen.json(&json!({
                "id": process.id(), "state": state, "has_ended": has_ended,
            }));
        }
        let state = match state.as_str() {
            Some(text) => text.to_owned(),
            None => state.to_string(),
        };
        let ended = if has_ended {
            "it has ended"
        } else {
            "it goes on"
        };
        screen.say(format_args!("{}  {state}  {ended}", process.id()))
    }
}
