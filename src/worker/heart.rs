//! [`Heart`]: a thread for the heartbeat, with a runtime of its own.

use std::{
    sync::{Arc, mpsc},
    thread,
};

use event_listener::Event;

use super::shared::Shared;
use crate::{
    setup::BuildError,
    time::{Timer, TokioTimer},
};

/// The thread's life: it ends when this is dropped.
pub(super) struct Heart(Arc<Event>);

impl Drop for Heart {
    fn drop(&mut self) {
        self.0.notify(usize::MAX);
    }
}

impl Heart {
    pub(super) fn start(shared: Arc<Shared>) -> Result<Self, BuildError> {
        const NO_THREAD: BuildError =
            BuildError::Worker("no thread and runtime could be had for the worker's heartbeat");
        let stop = Arc::new(Event::new());
        let stopped = stop.listen();
        let (tell, told) = mpsc::channel();
        let beat = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let _ = tell.send(runtime.is_ok());
            let Ok(runtime) = runtime else { return };
            let timer: Arc<dyn Timer> = Arc::new(TokioTimer);
            runtime.block_on(async {
                let stopped = std::pin::pin!(stopped);
                let beat = std::pin::pin!(shared.keeper.beat(&timer));
                crate::time::either(stopped, beat).await;
            });
        };
        let thread = thread::Builder::new().name("hookgate-heartbeat".into());
        thread.spawn(beat).map_err(|_| NO_THREAD)?;
        if told.recv() != Ok(true) {
            return Err(NO_THREAD);
        }
        Ok(Self(stop))
    }
}
