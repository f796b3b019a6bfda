//! [`Drain`]: how a process stops without cutting a handler off.

use std::{
    fmt,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use super::{Busy, Receiver};
use crate::{
    telemetry::log,
    time::{Sleep, Timer, either},
};

/// Ends what receivers have begun, before their server stops: for framework authors, and for servers of one's own. The
/// framework crates' `serve_until` does all of it.
///
/// # Examples
///
/// ```
/// use std::{sync::Arc, time::Duration};
///
/// use hookgate::{Receiver, framework::Drain, time::Timer};
///
/// # async fn stop(receiver: Receiver, timer: Arc<dyn Timer>) {
/// // The server still runs: who has a connection open is told to come again later.
/// let mut drain = Drain::begin([receiver], timer, Duration::from_secs(30));
/// let left = drain.idle().await;
/// if !left.is_idle() {
///     eprintln!("{} handlers will be cut off", left.handlers);
/// }
/// // Now the server stops.
/// # }
/// ```
pub struct Drain {
    receivers: Vec<Receiver>,
    bound: Bound,
}

/// A sleep that may be asked again when it is over: the receivers may be idle in the same moment.
struct Bound(Option<Sleep>);

impl Future for Bound {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if let Some(sleep) = &mut self.0 {
            ready!(sleep.as_mut().poll(context));
            self.0 = None;
        }
        Poll::Ready(())
    }
}

impl Drain {
    /// From now on the receivers refuse what they have not begun, and `bound` runs: on a timer of theirs, where one has
    /// its own, else on `timer`.
    pub fn begin(
        receivers: impl IntoIterator<Item = Receiver>,
        timer: impl Timer,
        bound: Duration,
    ) -> Self {
        let receivers: Vec<Receiver> = receivers.into_iter().collect();
        for receiver in &receivers {
            receiver.refuse();
        }
        let own = receivers.iter().find_map(Receiver::timer);
        let timer = own.unwrap_or_else(|| Arc::new(timer));
        Self {
            bound: Bound(Some(timer.sleep(bound))),
            receivers,
        }
    }

    /// Resolves when all receivers are idle at once, or when the bound is over. What is left then is logged and
    /// returned: it is cut off when the process ends.
    pub async fn idle(&mut self) -> Busy {
        let receivers = &self.receivers;
        let all_idle = pin!(async {
            // One after the other is not enough: while the second is waited for, a copy may leave a lease of the first
            // to be given back.
            while !busy(receivers).is_idle() {
                for receiver in receivers {
                    receiver.drained().await;
                }
            }
        });
        either(all_idle, &mut self.bound).await;
        let left = busy(receivers);
        let busy = receivers.iter().filter(|it| !it.busy().is_idle());
        for receiver in busy {
            let left = receiver.busy();
            log::left(receiver.name(), left.handlers, left.unsettled);
        }
        left
    }

    /// Resolves when the bound is over: what is left of it belongs to the server's own connections.
    pub async fn over(self) {
        self.bound.await;
    }
}

fn busy(receivers: &[Receiver]) -> Busy {
    let all = receivers.iter().map(Receiver::busy);
    all.fold(Busy::default(), Busy::and)
}

impl fmt::Debug for Drain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drain")
            .field("receivers", &self.receivers)
            .finish_non_exhaustive()
    }
}
