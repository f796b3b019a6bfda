//! `hookgate send`: what senders send, over real HTTP, in their own manner.

mod ask;
mod attempt;
mod cloud_events;
mod courier;
mod edit;
mod lossy;
mod manner;
mod mistake;
mod pace;
mod plan;
mod presented;
mod random_id;
mod run;
mod sender;
mod show;
mod summary;
mod wallet;

use std::{io, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use clap::Args;
use hookgate::{
    pack::TimeKind,
    time::{Clock, SystemClock},
};
use serde_json::{Value, json};

use self::{
    cloud_events::SentMode, courier::Courier, edit::Edit, lossy::Losses, manner::Manner,
    mistake::Mistake, pace::Pace, plan::Plan, presented::Presented, run::Run, sender::Sender,
    show::Show, summary::Summary, wallet::Wallet,
};
use crate::{
    commands::{
        providers,
        token::{Endpoint, Login},
    },
    http::{Client, Target},
    output::screen::Screen,
    settings::{
        catalog::{
            Listed, SAMPLE_SECRET, {self},
        },
        credentials::{
            Credentials, Loaded, Proof, Role, {self},
        },
        pem::pem_of_key,
    },
};

/// How much older a stale event is than the receiver takes. It is no whole or half hour beyond the usual window, so
/// that it does not look like a wrong time zone.
const STALE_MARGIN: Duration = Duration::from_secs(40 * 60);

/// Send signed events as their senders do: headers, waiting, and sending again included.
///
/// It follows no redirects. The exit status is 0 when every event was accepted (2xx), 1 when not.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    FACEPHI_SECRET=k3y hookgate send facephi --flow --speed 20 --to http://127.0.0.1:3000/hook\n  \
    hookgate send logto PostSignIn --to http://127.0.0.1:3000/ --copies 3\n  \
    hookgate send stripe invoice.paid --set data.object.amount=1990 --to http://127.0.0.1:3000/\n  \
    hookgate send idcloud process_finished --count 20 --drop 0.2 --delay 2s --to http://127.0.0.1:3000/\n  \
    hookgate send github              (lists its events)\n\n\
    Keys come from the environment (FACEPHI_SECRET, LOGTO_SIGNING_KEY, …), --key-env or --key-file.\n\
    More: docs/send-and-listen.md in the sources")]
pub(crate) struct Send {
    /// Whose webhooks: a name from `hookgate providers`.
    provider: Option<String>,
    /// Which event. Without one and without --to, the command lists the events.
    event: Option<String>,
    /// Where to: an http:// or https:// URL.
    #[arg(long, value_name = "URL")]
    to: Option<String>,
    /// List the events of the provider, or of all.
    #[arg(long)]
    list: bool,
    /// Ask whether the endpoint is its owner's, as the provider does, in place of an event. The setting `challenge` has
    /// the secret, where the question needs one.
    #[arg(long, conflicts_with_all = ["event", "flow", "count", "copies", "rate", "data", "set", "edit", "form"])]
    challenge: bool,
    /// Ask as a sender of CloudEvents of this name does before it sends: `OPTIONS` with `WebHook-Request-Origin`.
    #[arg(long, value_name = "ORIGIN", conflicts_with_all = ["event", "flow", "count", "copies", "rate", "data", "set", "edit", "form", "challenge"])]
    handshake: Option<String>,
    /// Play a whole onboarding: the seven events of one Facephi operation, with the gaps of a real one.
    #[arg(long, conflicts_with_all = ["event", "count", "rate", "data", "set", "edit"])]
    flow: bool,
    /// Send the onboarding's events out of order.
    #[arg(long, requires = "flow")]
    shuffle: bool,
    /// Be this many times as fast as the sender, in gaps and in sending again.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = positive)]
    speed: f64,
    /// Send this many events, each another one.
    #[arg(long, value_name = "N", default_value_t = 1)]
    count: usize,
    /// Send each event this many times, the same each time.
    #[arg(long, value_name = "N", default_value_t = 1)]
    copies: usize,
    /// Begin at most this many deliveries a second.
    #[arg(long, value_name = "PER_SECOND", value_parser = positive)]
    rate: Option<f64>,
    /// Have up to this many deliveries under way at once.
    #[arg(long, value_name = "N", default_value_t = 1)]
    concurrency: usize,
    #[command(flatten)]
    losses: Losses,
    #[command(flatten)]
    mistake: Mistake,
    #[command(flatten)]
    edit: Edit,
    /// Send the JSON in a form, for GitHub: its content type `application/x-www-form-urlencoded`.
    #[arg(long)]
    form: bool,
    /// Send CloudEvents in this mode. [default: structured]
    #[arg(long, value_name = "MODE")]
    mode: Option<SentMode>,
    #[command(flatten)]
    credentials: Credentials,
    /// Fetch a token here and show it with each delivery, as `hookgate token` asks for one.
    #[arg(long, value_name = "URL")]
    token_url: Option<String>,
    #[command(flatten)]
    login: Login,
    /// Trust the certificates of this PEM file too.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Wait this many seconds for an answer, instead of as long as the sender does.
    #[arg(long, value_name = "SECONDS", value_parser = positive)]
    timeout: Option<f64>,
    /// Spend at most this many seconds on one delivery, with all its attempts.
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0, value_parser = positive)]
    patience: f64,
    /// Make at most this many attempts.
    #[arg(long, value_name = "N", default_value_t = usize::MAX, hide_default_value = true)]
    attempts: usize,
    /// Write a JSON line for each delivery, and one for the summary. With --list, write an object.
    #[arg(long)]
    json: bool,
}

/// A number of seconds, or a factor, that is above zero and at most a billion.
fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (1e-6..=1e9).contains(&number) => Ok(number),
        _ => Err("expected a number above zero".to_owned()),
    }
}

impl Send {
    pub(crate) fn run(self) -> io::Result<ExitCode> {
        let listed = match &self.provider {
            None if self.list => return list(catalog::all(), self.json),
            None => return Err(io::Error::other("whose event? See `hookgate send --list`")),
            Some(name) => catalog::find(name).ok_or_else(|| {
                io::Error::other("unknown provider; `hookgate send --list` lists those there are")
            })?,
        };
        let asks = self.challenge || self.handshake.is_some();
        let is_nothing_named = self.event.is_none() && !self.flow && !asks;
        if self.list || (is_nothing_named && self.to.is_none()) {
            return list(std::slice::from_ref(listed), self.json);
        }
        // A success would read as if something had been sent.
        if is_nothing_named {
            return Err(io::Error::other(
                "which event? Name one behind the provider; `hookgate send --list` has them",
            ));
        }
        let url = self
            .to
            .as_deref()
            .ok_or_else(|| io::Error::other("where to? Add --to URL"))?;
        let target = Target::read(url).map_err(|why| io::Error::other(format!("--to: {why}")))?;
        let loaded = self.credentials.load(listed.name, Role::Sender)?;
        let courier = self.courier(listed, &loaded, target)?;
        if asks {
            return self.ask(&courier, &loaded);
        }
        let plan = self.plan(listed)?;
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?
            .block_on(self.send(courier, plan))
    }

    fn ask(&self, courier: &Courier, loaded: &Loaded) -> io::Result<ExitCode> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            match &self.handshake {
                Some(origin) => ask::handshake(courier, origin, self.json).await,
                None => ask::ask(courier, loaded, self.json).await,
            }
        })
    }

    fn plan(&self, listed: &Listed) -> io::Result<Plan> {
        match &self.event {
            Some(name) => Ok(Plan::events(name, self.count)),
            None if listed.name == "facephi" => Plan::onboarding(self.shuffle, self.speed),
            None => Err(io::Error::other(
                "--flow plays an onboarding: only facephi has one",
            )),
        }
    }

    fn courier(
        &self,
        listed: &'static Listed,
        loaded: &Loaded,
        target: Target,
    ) -> io::Result<Courier> {
        let mut manner = Manner::of(listed.name);
        if let Some(secs) = self.timeout {
            manner.timeout = Duration::from_secs_f64(secs);
        }
        let clock = SystemClock::new();
        let settings = loaded.settings.as_deref();
        let provider = Some(listed.name);
        let key = match Proof::of(listed.name, settings) {
            Proof::Certificate => {
                let file = self.login.private_key();
                let named = loaded.keys.first().filter(|_| file.is_none());
                Some(match named {
                    Some(key) => pem_of_key(key)?,
                    None => credentials::private_key(listed.name, file)?,
                })
            }
            Proof::Secret | Proof::Access => loaded.keys.first().cloned(),
        };
        let endpoint = match &self.token_url {
            Some(url) => Some(Endpoint::new(
                url,
                self.ca.as_deref(),
                &self.login,
                provider,
            )?),
            None => None,
        };
        // A fetched token takes the place of one that the command would make.
        let makes_tokens = endpoint.is_none();
        let fixed = Presented::of_settings(settings, clock.now(), makes_tokens)?;
        let sender = Sender::new(listed.name, key.as_deref(), settings, &target)?;
        Ok(Courier {
            provider: listed.name,
            sender: match self.mode {
                Some(mode) => sender.in_mode(mode)?,
                None if self.form => sender.in_form()?,
                None => sender,
            },
            client: Client::new(target, self.ca.as_deref())?,
            manner,
            mistake: self.mistake,
            wallet: Wallet::new(fixed, endpoint),
            clock,
            stale_by: if self.mistake.stale {
                stale_by(listed, loaded)?
            } else {
                Duration::ZERO
            },
            speed: self.speed,
            patience: Duration::from_secs_f64(self.patience),
            most_attempts: self.attempts.max(1),
        })
    }

    async fn send(&self, courier: Courier, plan: Plan) -> io::Result<ExitCode> {
        let deliveries = plan.left().saturating_mul(self.copies);
        let show = Show::new(self.json, deliveries, self.copies > 1);
        let what = if self.flow { "an onboarding" } else { "events" };
        show.begin(what, &courier)?;
        let lossy = self.losses.begin(courier.provider, self.json).await?;
        let mut run = Run {
            courier: Arc::new(courier),
            edit: &self.edit,
            copies: self.copies,
            pace: Pace::of(self.rate),
            at_once: self.concurrency,
            show,
            summary: Summary::default(),
            lossy,
        };
        let patience = Duration::from_secs_f64(self.patience);
        let is_whole = tokio::select! {
            ran = run.deliver(plan, patience) => ran?,
            _ = tokio::signal::ctrl_c() => false,
        };
        run.show.finish();
        let is_success = is_whole && run.summary.is_success();
        run.summary.write(&mut Screen::stdout(), self.json)?;
        if let Some(lossy) = &run.lossy {
            lossy.write()?;
        }
        Ok(if is_success {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// How far in the past an event is too old for a receiver of `listed`.
fn stale_by(listed: &Listed, loaded: &Loaded) -> io::Result<Duration> {
    let settings = loaded.settings.as_deref().or(listed.least_settings());
    let settings = settings.map(|it| of_sample_key(listed, it)).transpose()?;
    let judge = providers::sample_with(listed, settings.as_deref()).map_err(providers::unusable)?;
    match judge.window() {
        Some(window) if judge.profile().time != TimeKind::NotSigned => {
            Ok(window.past.saturating_add(STALE_MARGIN))
        }
        _ => Err(io::Error::other(format!(
            "{} signs no time, so nothing that it sends can be stale",
            listed.name
        ))),
    }
}

/// The settings, with the algorithm of the sample's key. The algorithm changes no time.
fn of_sample_key(listed: &Listed, settings: &str) -> io::Result<String> {
    let mut members: Value = serde_json::from_str(settings)
        .map_err(|_| io::Error::other("the settings are not a JSON object"))?;
    for rule in ["", "/signed"] {
        if let Some(algorithms) = members.pointer_mut(&format!("{rule}/algorithms")) {
            let by_secret = listed.sample_key() == SAMPLE_SECRET;
            *algorithms = json!([if by_secret { "HS256" } else { "EdDSA" }]);
        }
    }
    if let Some(members) = members.as_object_mut()
        && let Some(algorithm) = members.get_mut("algorithm")
    {
        *algorithm = json!("EdDSA");
        members.remove("ecdsa_form");
    }
    Ok(members.to_string())
}

fn list(providers: &[Listed], json: bool) -> io::Result<ExitCode> {
    let mut screen = Screen::stdout();
    if json {
        let events = providers
            .iter()
            .map(|listed| (listed.name.to_owned(), sender::events(listed.name).into()));
        screen.json(&Value::Object(events.collect()))?;
        return Ok(ExitCode::SUCCESS);
    }
    for listed in providers {
        screen.say(listed.name)?;
        for event in sender::events(listed.name) {
            screen.say(format_args!("  {event}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
