//! [`Gate`]: holds a handler or a store call until the test opens it.

use std::time::{Duration, Instant};

use tokio::sync::watch;

/// Longer than anything here can take; only keeps a broken test from hanging.
const HANG: Duration = Duration::from_secs(30);

/// Shut until opened. Clones are one gate.
#[derive(Clone, Debug)]
pub(crate) struct Gate(watch::Sender<bool>);

impl Gate {
    pub(crate) fn shut() -> Self {
        Self(watch::Sender::new(false))
    }

    pub(crate) fn open(&self) {
        self.0.send_replace(true);
    }

    pub(crate) async fn passed(&self) {
        let mut open = self.0.subscribe();
        open.wait_for(|open| *open).await.unwrap();
    }
}

/// Awaits what must come.
pub(crate) async fn soon<T>(coming: impl Future<Output = T>) -> T {
    let came = tokio::time::timeout(HANG, coming).await;
    came.expect("it never came")
}

/// Lets everything else run until `condition` holds.
pub(crate) async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < HANG, "never came: {what}");
        tokio::task::yield_now().await;
    }
}
