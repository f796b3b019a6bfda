//! `hookgate listen`: a receiver for trying things, with the real middleware.

mod actix;
mod axum;
mod desk;
mod forward;
mod handed;
mod inspect;
mod issues;
mod report;
mod shelf;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::{Args, ValueEnum};
use hookgate::{Receiver, dedup::BoxDedupStore, time::SystemClock};

use self::{
    desk::Desk, forward::Forward, inspect::Inspect, issues::Issues, report::Report, shelf::Shelf,
};
use crate::{
    commands::{bind::bind, providers, stop::Stop},
    output::screen::note,
    settings::{
        catalog,
        credentials::{Credentials, Loaded, Role},
        members::Settings,
        store_url::has_password,
        terms::{Terms, WindowTerm},
    },
};

/// Receive webhooks on this machine, as an application with hookgate's middleware does.
///
/// Takes every path. Each handled event is a line on standard output. Each refusal, with its reason, is a line
/// on standard error. Ctrl-C ends it once the running handlers have finished.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    FACEPHI_SECRET=k3y hookgate listen --provider facephi --port 3000\n  \
    hookgate listen --provider logto --port 3000 --forward http://127.0.0.1:8080/hook --save seen\n\n\
    Keys come from the environment (FACEPHI_SECRET, LOGTO_SIGNING_KEY, …), --key-env or --key-file.\n\
    More: docs/send-and-listen.md in the sources")]
pub(crate) struct Listen {
    /// Whose webhooks: a name from `hookgate providers`.
    #[arg(long)]
    provider: String,
    /// The port. 0 takes a free one and says which.
    #[arg(long)]
    port: u16,
    /// The address to listen on.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    bind: IpAddr,
    /// Allow an address that other machines can reach. This is a development tool.
    #[arg(long)]
    listen_beyond_loopback: bool,
    /// Whose middleware.
    #[arg(long, value_enum, default_value_t = Framework::Axum)]
    framework: Framework,
    /// Where handled events are remembered: memory:, sqlite:PATH, postgres://… or redis://…. For a URL with a
    /// password use the environment variable HOOKGATE_STORE.
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// The receiver's name: part of every event key.
    #[arg(long, default_value = "hook")]
    endpoint: String,
    /// How many seconds old, and how many ahead, a signed time may be. The provider's default otherwise.
    #[arg(long, value_name = "SECONDS")]
    window: Option<u64>,
    #[command(flatten)]
    credentials: Credentials,
    /// Write one JSON line for each handled event.
    #[arg(long)]
    json: bool,
    /// Show each event's payload, which is personal data.
    #[arg(long, conflicts_with = "json")]
    show_payload: bool,
    /// Pass verified deliveries on to this route of a local application, and answer by its answer.
    #[arg(long, value_name = "URL")]
    forward: Option<String>,
    /// Let the path and query of each request, which few senders sign, choose the application's route.
    #[arg(long, requires = "forward")]
    forward_unsigned_path: bool,
    /// Show deliveries and refusals in a browser on this machine: on this port, or on a free one. It says where.
    #[arg(
        long,
        value_name = "PORT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "0"
    )]
    inspect: Option<u16>,
    /// Keep each request, the keys with it, in this directory, one record that `verify` and `explain` read.
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// Answer 503 to the first N handlings.
    #[arg(long, value_name = "N", default_value_t = 0)]
    fail: u64,
    /// Let each handling take this many milliseconds more.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    delay: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum Framework {
    Axum,
    Actix,
}

impl Listen {
    pub(crate) fn run(self) -> io::Result<ExitCode> {
        if !self.bind.is_loopback() && !self.listen_beyond_loopback {
            return Err(io::Error::other(format!(
                "{} can be reached by other machines: add --listen-beyond-loopback if that is meant",
                self.bind
            )));
        }
        if self.store.as_deref().is_some_and(has_password) {
            return Err(io::Error::other(
                "--store has a password, and others can see the arguments of a program: set HOOKGATE_STORE instead",
            ));
        }
        let listed = catalog::find(&self.provider).ok_or_else(|| {
            io::Error::other("unknown provider; `hookgate providers` lists those there are")
        })?;
        let loaded = self.credentials.load(listed.name, Role::Receiver)?;
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?
            .block_on(self.listen(listed, loaded))
    }

    async fn listen(
        self,
        listed: &'static catalog::Listed,
        loaded: Loaded,
    ) -> io::Result<ExitCode> {
        let report = Report::new(listed.name, self.json, self.show_payload);
        let store = self.store().await?;
        let settings = Settings::read(loaded.settings.as_deref()).map_err(providers::unusable)?;
        let inspect = match self.inspect {
            Some(port) => Some(Inspect::on(port).await?),
            None => None,
        };
        let receiver =
            self.receiver(listed, &loaded, &settings, store.clone(), &report, &inspect)?;
        let issues = Issues::of(&settings, store).map_err(providers::unusable)?;
        let forward = match &self.forward {
            Some(url) => Some(Forward::to(url, self.forward_unsigned_path)?),
            None => None,
        };
        let desk = Arc::new(Desk::new(
            report,
            forward,
            self.fail,
            Duration::from_millis(self.delay),
        ));
        let shelf = match &self.save {
            Some(directory) => Some(Arc::new(Shelf::open(
                directory.clone(),
                listed.name,
                &self.endpoint,
                self.window,
                loaded,
            )?)),
            None => None,
        };
        let listener = bind((self.bind, self.port)).await?;
        // This comes before anybody is told that it listens, and may ask it to stop.
        let stop = Stop::new()?;
        self.tell(listener.local_addr()?, listed.name, issues.as_ref());
        let inspecting = match inspect {
            Some(inspect) => Some(inspect.serve(&receiver)?),
            None => None,
        };
        let served = Served {
            receiver,
            desk,
            shelf,
            issues,
        };
        match self.framework {
            Framework::Axum => axum::serve(listener, served, stop).await?,
            Framework::Actix => actix::serve(listener, served, stop).await?,
        }
        if let Some(inspecting) = inspecting {
            inspecting.abort();
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Says where it listens.
    fn tell(&self, address: SocketAddr, provider: &str, issues: Option<&Issues>) {
        let framework = match self.framework {
            Framework::Axum => "axum",
            Framework::Actix => "actix-web",
        };
        let tokens = issues.map_or_else(String::new, |issues| {
            format!(", with tokens at {}", issues.path)
        });
        note(format_args!(
            "listening on http://{address} for {provider} with {framework}{tokens}; Ctrl-C ends it"
        ));
    }

    async fn store(&self) -> io::Result<BoxDedupStore> {
        let url = match &self.store {
            Some(url) => url.clone(),
            None => crate::settings::credentials::variable("HOOKGATE_STORE")
                .unwrap_or_else(|| "memory:".to_owned()),
        };
        hookgate_stores::open(&url).await.map_err(io::Error::other)
    }

    fn receiver(
        &self,
        listed: &catalog::Listed,
        loaded: &Loaded,
        settings: &Settings,
        store: BoxDedupStore,
        report: &Report,
        inspect: &Option<Inspect>,
    ) -> io::Result<Receiver> {
        // Records may say it. A request that arrives is judged as it is, so its record would be judged otherwise.
        if settings.assumes_media_type().map_err(providers::unusable)? {
            return Err(io::Error::other(
                "`settings`: `assume_media_type` is for records: `listen` judges a request as it arrives",
            ));
        }
        let keys: Vec<_> = loaded.keys.iter().map(|key| key.as_str().into()).collect();
        let terms = Terms {
            endpoint: &self.endpoint,
            keys: &keys,
            has_tenant: false,
            window: self.window.map_or(WindowTerm::OfPack, WindowTerm::Secs),
            settings: loaded.settings.as_deref(),
            clock: Arc::new(SystemClock::new()),
        };
        let built = listed.receiver(terms).and_then(|builder| {
            let builder = builder.dedup(store);
            let builder = match inspect {
                Some(inspect) => builder.observer((report.clone(), inspect.recent.clone())),
                None => builder.observer(report.clone()),
            };
            Ok(builder.build()?)
        });
        built.map_err(providers::unusable)
    }
}

/// Everything that a framework serves.
struct Served {
    receiver: Receiver,
    desk: Arc<Desk>,
    shelf: Option<Arc<Shelf>>,
    issues: Option<Issues>,
}
