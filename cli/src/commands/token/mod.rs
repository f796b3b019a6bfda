//! `hookgate token`: asks a token endpoint as each vendor would, and shows the answer.

mod answer;
mod assertion;
mod login;
mod shown;

use std::{
    io,
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Args;
use hookgate::time::{Clock, SystemClock};

use self::shown::Shown;
pub(crate) use self::{answer::Issued, login::Login};
use crate::{
    http::{Client, Target},
    output::screen::Screen,
};

/// How long an endpoint may take. The vendors' own limits are unknown.
const LIMIT: Duration = Duration::from_secs(10);

/// Ask a token endpoint as a sender would, and show the answer without the token.
///
/// Tokens that are JWTs are decoded, not verified. `send --token-url` shows whether a receiver takes them. The
/// exit status is 0 when there was a token, 1 when not.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    HOOKGATE_CLIENT_SECRET=k3y hookgate token idcloud --client-id unico --from http://127.0.0.1:3000/token\n  \
    hookgate token unico-check --private-key key.pem --client-id unico --from https://hooks.example/token\n\n\
    More: docs/send-and-listen.md in the sources")]
pub(crate) struct Token {
    /// Whose manner: facephi, idcloud or unico-check. It sets the grant, unless --grant does.
    provider: Option<String>,
    /// The token endpoint: an http:// or https:// URL.
    #[arg(long, value_name = "URL")]
    from: String,
    #[command(flatten)]
    login: Login,
    /// Trust the certificates of this PEM file too.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Write one JSON object.
    #[arg(long)]
    json: bool,
}

impl Token {
    pub(crate) fn run(self) -> io::Result<ExitCode> {
        let endpoint = Endpoint::new(
            &self.from,
            self.ca.as_deref(),
            &self.login,
            self.provider.as_deref(),
        )?;
        let begun = Instant::now();
        let answered = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(endpoint.ask())?;
        let shown = Shown::new(&answered, begun.elapsed(), endpoint.clock.now());
        let mut screen = Screen::stdout();
        if self.json {
            screen.json(&shown)?;
        } else {
            shown.write(&mut screen)?;
        }
        Ok(if shown.has_token() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// A token endpoint, and how to log in there.
pub(crate) struct Endpoint {
    url: String,
    client: Client,
    login: login::Ready,
    clock: SystemClock,
}

impl Endpoint {
    /// Reads secrets and keys. Asks nobody yet.
    pub(crate) fn new(
        url: &str,
        roots: Option<&std::path::Path>,
        login: &Login,
        provider: Option<&str>,
    ) -> io::Result<Self> {
        let target = Target::read(url)
            .map_err(|why| io::Error::other(format!("the token endpoint: {why}")))?;
        Ok(Self {
            url: url.to_owned(),
            client: Client::new(target, roots)?,
            login: login.ready(provider)?,
            clock: SystemClock::new(),
        })
    }

    /// One request, one answer.
    pub(crate) async fn ask(&self) -> io::Result<Issued> {
        let target = self.client.target();
        let request = self
            .login
            .request(&target.path, &self.url, self.clock.now())?;
        match self.client.send(request, LIMIT).await {
            Ok(answered) => Ok(Issued::read(answered.status, &answered.body)),
            Err(failure) => Err(io::Error::other(format!("the token endpoint: {failure}"))),
        }
    }
}
