//! [`Callbacks`]: grants a sender by a call of the address in `WebHook-Request-Callback`.

use std::{sync::Arc, time::Duration};

use http::{HeaderName, HeaderValue};
use tokio::runtime::Handle;

use super::named::Named;
use crate::{
    access::{Calls, checked},
    request::Single,
    setup::BuildError,
    telemetry::log,
    time::{Timer, TokioTimer, spawn},
};

const ALLOWED_RATE: HeaderName = HeaderName::from_static("webhook-allowed-rate");

/// The longest address that is called, in bytes. Event Grid's have a token, and about 500.
const LONGEST_ADDRESS: usize = 2048;
/// A sender takes no grant before it has the answer to its question (Azure Event Grid). This gives the answer its time.
const BEHIND_THE_ANSWER: Duration = Duration::from_secs(1);
/// For how long each call takes its place at least, so that whoever asks again and again causes 24 calls a minute.
const EACH_TAKES: Duration = Duration::from_secs(10);

/// Whose addresses are called.
#[derive(Clone)]
pub(super) struct Callbacks {
    hosts: Vec<(Named, u16)>,
    calls: Arc<Calls>,
}

impl Callbacks {
    pub(super) fn to(
        hosts: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, BuildError> {
        let mut own = Vec::new();
        for host in hosts {
            own.push(host_of(&host.into()).ok_or(BuildError::Name {
                what: "host of callbacks",
                why: "use a name such as `sender.example`, `.sender.example` for all names below, or `localhost:8080` in tests",
            })?);
        }
        if own.is_empty() {
            return Err(BuildError::Pack("no host may be called: name at least one"));
        }
        let is_own = |(host, _): &(Named, u16)| host.is_own_machine();
        if own.iter().any(is_own) && !own.iter().all(is_own) {
            return Err(BuildError::Pack(
                "`localhost` among hosts of callbacks is for tests alone: leave it out",
            ));
        }
        Ok(Self {
            hosts: own,
            calls: Arc::new(Calls::of_strangers()),
        })
    }

    /// Begins the call that grants at most `rate`, in a task of its own. `false` where none is begun: the answer must grant.
    pub(super) fn grant(&self, asked: Single<'_>, rate: &str) -> bool {
        let why = match asked {
            Single::Missing => return false,
            Single::Repeated => "its address stands twice",
            Single::Value(address) => match self.begin(address, rate) {
                Ok(()) => return true,
                Err(why) => why,
            },
        };
        log::callback_not_called(why);
        false
    }

    fn begin(&self, address: &[u8], rate: &str) -> Result<(), &'static str> {
        if address.len() > LONGEST_ADDRESS {
            return Err("its address is too long");
        }
        let address = std::str::from_utf8(address).map_err(|_| "its address is no text")?;
        let url = checked(address)
            .map_err(|_| "its address is not https, or has a user or a password")?;
        let (Some(host), Some(port)) = (url.domain(), url.port_or_known_default()) else {
            return Err("its address names no host");
        };
        let is_allowed = |(own, on): &(Named, u16)| own.is_of(host) && *on == port;
        if !self.hosts.iter().any(is_allowed) {
            return Err("its host and port are not among those that may be called");
        }
        let rate = HeaderValue::from_str(rate).map_err(|_| "its rate cannot stand in a header")?;
        if Handle::try_current().is_err() {
            return Err("a call needs a tokio runtime");
        }
        let call = self.calls.begin().ok_or("others are being called")?;
        spawn(async move {
            let takes = TokioTimer.sleep(EACH_TAKES);
            TokioTimer.sleep(BEHIND_THE_ANSWER).await;
            match call.get(&url, vec![(ALLOWED_RATE, rate)]).await {
                Ok(200..=299) => log::callback_called(),
                Ok(status) => {
                    log::callback_failed(&format_args!("it answered {status} instead of 2xx"));
                }
                Err(error) => log::callback_failed(&error),
            }
            takes.await;
            drop(call);
        });
        Ok(())
    }
}

/// A name and a port: that of https where it says none.
fn host_of(text: &str) -> Option<(Named, u16)> {
    let (name, port) = match text.split_once(':') {
        Some((name, port)) => (name, Some(port.parse().ok()?)),
        None => (text, None),
    };
    let name = Named::parse(name)?;
    // `http` has another port than 443: a test says which.
    let port = port.or((!name.is_own_machine()).then_some(443))?;
    Some((name, port))
}
