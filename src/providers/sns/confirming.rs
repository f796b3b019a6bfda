//! [`Confirming`]: calls the address that confirms a subscription.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::Url;

use super::event::Confirmation;
use crate::{
    access::{Https, NotGot},
    schemes::Sns,
    telemetry::log,
    time::{Timer, TokioTimer, spawn, within},
};

/// SNS answers within a second. Its question is good for two days, so nothing is lost by giving up.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The most calls at once. Whoever has captured a question can send it again, and each one is verified.
const MOST_CALLS: usize = 4;
/// The most that is read of the answer, which is a short XML.
const MAX_BYTES: usize = 64 * 1024;

/// Calls the address that confirms a subscription, where it is that of SNS in the topic's region, byte for byte.
#[derive(Default)]
pub(super) struct Confirming {
    https: Https,
    /// An emulator, in the place of SNS.
    emulator: Option<Url>,
    under_way: AtomicUsize,
}

impl Confirming {
    pub(super) fn at(emulator: Url) -> Self {
        Self {
            emulator: Some(emulator),
            ..Self::default()
        }
    }

    /// Begins the call in a task of its own: SNS gets its answer meanwhile. What ends a subscription is never called back.
    pub(super) fn confirm(self: &Arc<Self>, scheme: &Sns, asked: &Confirmation) {
        if !asked.begins {
            return;
        }
        let own = scheme.confirmation_url(&asked.topic_arn, &asked.token);
        let Some(url) = own.filter(|own| *own == asked.subscribe_url) else {
            log::not_confirmed(&"its address is not that of SNS for the topic");
            return;
        };
        let Ok(mut url) = Url::parse(&url) else {
            return;
        };
        if let Some(emulator) = &self.emulator {
            let asks = url.query().map(str::to_owned);
            url = emulator.clone();
            url.set_query(asks.as_deref());
        }
        let Some(call) = Call::begin(self) else {
            log::not_confirmed(&"others are being confirmed");
            return;
        };
        spawn(async move { call.0.call(&url).await });
    }

    async fn call(&self, url: &Url) {
        let timer: Arc<dyn Timer> = Arc::new(TokioTimer);
        let calling = pin!(self.https.get(url, "*/*", MAX_BYTES));
        match within(&timer, TIMEOUT, calling).await {
            Ok(Ok(_)) => log::confirmed(),
            Ok(Err(NotGot::Status(status))) => {
                log::not_confirmed(&format_args!("it answered {status} instead of 200"));
            }
            Ok(Err(NotGot::TooLarge { limit })) => {
                log::not_confirmed(&format_args!("its answer is over {limit} bytes"));
            }
            Ok(Err(NotGot::Unreachable(_))) => log::not_confirmed(&"it cannot be reached"),
            Err(_) => log::not_confirmed(&"it gave no answer in time"),
        }
    }
}

/// A call that is under way. Dropped, it is not.
struct Call(Arc<Confirming>);

impl Call {
    fn begin(of: &Arc<Confirming>) -> Option<Self> {
        let one_more = |calls: usize| (calls < MOST_CALLS).then(|| calls.saturating_add(1));
        let under_way = &of.under_way;
        let begun = under_way.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        begun.is_ok().then(|| Self(of.clone()))
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}
