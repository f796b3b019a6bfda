//! [`Calls`]: calls that a sender asked for, beside the answer to it.

use std::{
    fmt,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::{HeaderName, HeaderValue, Method, header};
use reqwest::Url;

use super::https::{Https, NotGot, Sent};
use crate::time::{Timer, TokioTimer, within};

/// Senders answer within a second, and ask again: nothing is lost by giving up.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The most calls at once. Whoever can ask once can ask again and again.
const MOST_CALLS: usize = 4;
/// The most that is read of an answer, which is short.
const MAX_BYTES: usize = 64 * 1024;

/// Calls that a sender asked for. One question is one call at most, and few are under way.
#[derive(Default)]
pub(crate) struct Calls {
    https: Https,
    under_way: AtomicUsize,
}

impl Calls {
    /// Calls of addresses that nobody proved: names of the public Internet alone.
    #[cfg(feature = "callbacks")]
    pub(crate) fn of_strangers() -> Self {
        Self {
            https: Https::of_strangers(),
            ..Self::default()
        }
    }

    /// Takes a place. `None` where all are taken.
    pub(crate) fn begin(self: &Arc<Self>) -> Option<Call> {
        let one_more = |calls: usize| (calls < MOST_CALLS).then(|| calls.saturating_add(1));
        let under_way = &self.under_way;
        let begun = under_way.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        begun.is_ok().then(|| Call(self.clone()))
    }
}

/// The place of a call. Dropped, it is free.
pub(crate) struct Call(Arc<Calls>);

impl Call {
    /// GETs `url` and gives the status of its answer, which is read and dropped.
    pub(crate) async fn get(
        &self,
        url: &Url,
        more: Vec<(HeaderName, HeaderValue)>,
    ) -> Result<u16, NotCalled> {
        let no_cache = HeaderValue::from_static("no-cache");
        let mut headers = vec![(header::CACHE_CONTROL, no_cache)];
        headers.extend(more);
        let sent = Sent {
            method: Method::GET,
            headers,
            body: Vec::new(),
        };
        let timer: Arc<dyn Timer> = Arc::new(TokioTimer);
        let calling = pin!(self.0.https.send(url, sent, "*/*", MAX_BYTES));
        match within(&timer, TIMEOUT, calling).await {
            Ok(Ok(got)) => Ok(got.status),
            Ok(Err(NotGot::TooLarge { limit })) => Err(NotCalled::TooLarge { limit }),
            Ok(Err(NotGot::Unreachable(_) | NotGot::Status(_))) => Err(NotCalled::Unreachable),
            Err(_) => Err(NotCalled::Late),
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Why a call had no answer. Nothing of the address, which may hold a token.
pub(crate) enum NotCalled {
    Unreachable,
    TooLarge { limit: usize },
    Late,
}

impl fmt::Display for NotCalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => f.write_str("it cannot be reached"),
            Self::TooLarge { limit } => write!(f, "its answer is over {limit} bytes"),
            Self::Late => f.write_str("it gave no answer in time"),
        }
    }
}
