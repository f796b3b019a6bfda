//! [`Kit`]: runs scenarios against an application.

use std::fmt;

use super::{
    Bench, Host, Report, Scenario, ScenarioResult, Sender, play,
    scene::{Mismatch, Scene, Stop},
};
use crate::{
    simulator::{Asking, Sent},
    time::UnixTime,
};

/// A Saturday in 2026, like any other.
const NOW: UnixTime = UnixTime::from_secs(1_795_304_115);
/// What the kit signs with, unless told otherwise.
const SECRET: &str = "canary-of-a-secret-0123456789abcdef";

/// Runs scenarios against an application. Made by `hookgate_axum::testing::kit` and
/// `hookgate_actix::testing::kit`, or with a [`Host`] of your own.
///
/// ```
/// use axum::{Router, extract::State, routing::post};
/// use hookgate::{
///     Ack, Nack, Receiver, UnixTime,
///     access::ApiKey,
///     providers::logto::{self, Logto, User},
///     testing::{Bench, Effect, Scenario, senders},
/// };
/// use hookgate_axum::{Event, ReceiverExt, testing::kit};
///
/// async fn on_event(State(mails): State<Effect>, Event(_): Event<logto::Event>) -> Result<Ack, Nack> {
///     mails.happens().await?;
///     Ok(Ack::processed())
/// }
///
/// async fn app(bench: &Bench) -> Router {
///     let receiver = Receiver::new("logto", Logto::new(bench.keys())).access(ApiKey::header("x-api-key", "a key"));
///     let receiver = bench.build(receiver).unwrap();
///     Router::new().route("/webhooks/logto", post(on_event).layer(receiver.layer())).with_state(bench.effect())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let logto = senders::logto("/webhooks/logto", |logto, asked| {
///     let mut user = User::new(asked.id(), asked.at);
///     user.name = Some(asked.personal().to_owned());
///     logto.post_register(user)
/// });
/// let report = kit(app, logto)
///     .credentials("x-api-key", "a key")
///     .at(UnixTime::from_secs(1_700_000_000))
///     .run(&[Scenario::FirstDelivery, Scenario::SequentialCopies, Scenario::WrongCredentials])
///     .await;
/// report.assert_passed();
/// assert_eq!(report.failure(Scenario::FirstDelivery), None);
/// # }
/// ```
pub struct Kit<H, S> {
    pub(super) host: H,
    pub(super) sender: S,
    pub(super) secret: String,
    pub(super) own_secret: bool,
    pub(super) now: UnixTime,
    pub(super) credentials: Vec<(String, String)>,
    pub(super) count: Option<Box<dyn Fn() -> usize>>,
    pub(super) log: Option<Box<dyn Fn() -> String>>,
    pub(super) challenge: Option<(Sent, Asking)>,
}

impl<H: Host, S: Sender> Kit<H, S> {
    /// An application that `host` runs, and who sends to it.
    pub fn new(host: H, sender: S) -> Self {
        Self {
            host,
            sender,
            secret: SECRET.to_owned(),
            own_secret: false,
            now: NOW,
            credentials: Vec::new(),
            count: None,
            log: None,
            challenge: None,
        }
    }

    /// A header that shows the sender's credentials: added to all that is sent, but where credentials
    /// are to be missing or wrong.
    #[must_use]
    pub fn credentials(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into().to_ascii_lowercase();
        self.credentials.push((name, value.into()));
        self
    }

    /// Signs with this secret, for an application that does not take its keys from [`Bench::keys`]. Its
    /// key cannot be rotated then.
    #[must_use]
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = secret.into();
        self.own_secret = true;
        self
    }

    /// When the scenarios take place: for credentials that are valid for a time.
    #[must_use]
    pub fn at(mut self, now: UnixTime) -> Self {
        self.now = now;
        self
    }

    /// Counts effects in a way of the application's own: rows, calls of a fake. Without
    /// [`Bench::effect`] the kit cannot make a handler fail, panic or wait, and leaves those out.
    #[must_use]
    pub fn count(mut self, effects: impl Fn() -> usize + 'static) -> Self {
        self.count = Some(Box::new(effects));
        self
    }

    /// More of the application's log, as text: what does not go through `tracing`.
    #[must_use]
    pub fn log(mut self, text: impl Fn() -> String + 'static) -> Self {
        self.log = Some(Box::new(text));
        self
    }

    /// How the sender asks whether the endpoint is its owner's, for [`Scenario::Challenge`]. `sent` is what `asking` asks,
    /// signed where an event is.
    ///
    /// ```no_run
    /// # use hookgate::testing::{Host, Kit, Sender};
    /// use hookgate::{Secret, providers::known, simulator::{Asking, SampleId}, testing::Scenario};
    ///
    /// # async fn with(kit: Kit<impl Host, impl Sender>) -> Result<(), Box<dyn std::error::Error>> {
    /// let meta = known::find("meta").ok_or("no such sender")?;
    /// let token = Secret::utf8("the verify token")?;
    /// let asking = Asking::new(meta.challenges[0], SampleId::from_bits(1), Some(token));
    /// let sent = asking.request("/webhooks/meta");
    /// kit.challenge(sent, asking).run(&[Scenario::Challenge]).await.assert_passed();
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn challenge(mut self, sent: Sent, asking: Asking) -> Self {
        self.challenge = Some((sent, asking));
        self
    }

    /// Runs each of `scenarios`, on an application that is started for it.
    pub async fn run<'s>(&self, scenarios: impl IntoIterator<Item = &'s Scenario>) -> Report {
        let mut endings = Vec::new();
        for scenario in scenarios {
            let ending = match self.host.drive(self.play(*scenario)).await {
                Some(Ok(())) => ScenarioResult::Passed,
                Some(Err(Stop::LeftOut(why))) => ScenarioResult::LeftOut(why),
                Some(Err(Stop::NotPlayed(mismatch))) => {
                    ScenarioResult::NotPlayed(mismatch.to_string())
                }
                Some(Err(Stop::Failed(mismatch))) => ScenarioResult::Failed(mismatch.to_string()),
                None => ScenarioResult::Failed(Mismatch::stuck().to_string()),
            };
            endings.push((*scenario, ending));
        }
        Report(endings)
    }

    async fn play(&self, scenario: Scenario) -> Result<(), Stop> {
        let bench = Bench::new(self.now, &self.secret)
            .map_err(|error| Stop::LeftOut(format!("the kit's keys cannot be had: {error}")))?;
        let crew = bench.0.crew.clone();
        let mut scene = Scene::begin(self, bench).await;
        let played = play::play(scenario, &mut scene).await;
        // Its handlers may hold the bench that holds them.
        crew.kill();
        played
    }
}

impl<H, S> fmt::Debug for Kit<H, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kit")
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
