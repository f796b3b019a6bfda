//! The settings of a receiver that are lengths of time.

use std::time::Duration;

use super::ReceiverBuilder;

impl ReceiverBuilder {
    /// How old a signed time may be. Default: the pack's; for a time that belongs to the event, as old
    /// as can still be remembered (retention − future − 60 s). Where the pack's profile names no time
    /// ([`TimeKind::NotSigned`](crate::pack::TimeKind::NotSigned)), times are checked only if this or [`future`](Self::future) is set.
    ///
    /// A longer one alone is safe at once: marks are kept for the [retention](Self::retention), whatever the window. Before
    /// that is raised, set this to what it is now.
    ///
    /// ```
    /// use std::time::Duration;
    /// use hookgate::{Receiver, dedup::MemoryStore};
    ///
    /// # let pack = hookgate::providers::logto::Logto::new(hookgate::Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?);
    /// let day = Duration::from_secs(24 * 60 * 60);
    /// let receiver = Receiver::new("logto", pack)
    ///     .past(day)
    ///     .future(Duration::from_secs(60))
    ///     .retention(2 * day)
    ///     .dedup(MemoryStore::new())
    ///     .build()?;
    /// assert_eq!(receiver.window().map(|window| window.past), Some(day));
    /// assert_eq!(receiver.retention(), 2 * day);
    /// # Ok::<(), hookgate::BuildError>(())
    /// ```
    pub fn past(mut self, limit: Duration) -> Self {
        self.past = Some(limit);
        self
    }

    /// How far ahead of our clock a signed time may be. Default: the pack's, 300 s.
    ///
    /// Example: [`past`](Self::past).
    pub fn future(mut self, limit: Duration) -> Self {
        self.future = Some(limit);
        self
    }

    /// Checks no time: a captured delivery runs again once its mark has expired. For tools that replay
    /// recordings.
    ///
    /// ```
    /// use hookgate::{Receiver, dedup::MemoryStore};
    ///
    /// # let pack = hookgate::providers::logto::Logto::new(hookgate::Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?);
    /// let receiver = Receiver::new("replay", pack).without_time_check().dedup(MemoryStore::new()).build()?;
    /// assert!(receiver.window().is_none());
    /// # Ok::<(), hookgate::BuildError>(())
    /// ```
    pub fn without_time_check(mut self) -> Self {
        self.check_time = false;
        self
    }

    /// How long a handled event is remembered, counted from completion. Default: the pack's.
    ///
    /// # Security
    ///
    /// **Raising it reopens replays** where [`past`](Self::past) follows it, as for a time that belongs to the event.
    /// The window is wider at once, while marks that are there keep the end that they were written with. What they no
    /// longer remember runs again when it is replayed. Two steps are safe:
    ///
    /// 1. Raise this, and set `past` to what it was ([`Receiver::window`](crate::Receiver::window) tells), in every process.
    /// 2. Wait for the *new* retention after the last process with the old one has ended. Then remove that `past`: what
    ///    was handled before is then too old for the wider window as well.
    ///
    /// Example: [`past`](Self::past).
    pub fn retention(mut self, retention: Duration) -> Self {
        self.retention = Some(retention);
        self
    }

    /// How long a claim lasts without a heartbeat: how soon a crashed handler's event can run again.
    /// Default: 30 s.
    ///
    /// After a `kill -9` inside of a handler, copies of its event are answered 503 until the lease ends. The next one
    /// then runs, with a higher [`attempt`](crate::LeaseHandle::attempt). A [`MemoryStore`](crate::dedup::MemoryStore)
    /// forgets the claim with the process.
    ///
    /// ```
    /// use std::time::Duration;
    /// use hookgate::{Receiver, dedup::MemoryStore};
    ///
    /// # let pack = hookgate::providers::logto::Logto::new(hookgate::Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?);
    /// // A handler that calls slow services: it may take a minute. The event of one that crashed runs again after 15 s.
    /// let receiver = Receiver::new("logto", pack)
    ///     .lease(Duration::from_secs(15))
    ///     .heartbeat(Duration::from_secs(5))
    ///     .run_timeout(Duration::from_secs(60))
    ///     .dedup(MemoryStore::new())
    ///     .build()?;
    /// # let _ = receiver;
    /// # Ok::<(), hookgate::BuildError>(())
    /// ```
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// How often a running handler's lease is extended: at most half of the lease, so that one that fails can
    /// be repeated in time. Default: a third of the lease, 10 s.
    ///
    /// It is sent by the task that runs the handler, between two of the handler's waits. A handler that blocks
    /// its thread sends none, and loses its event: see
    /// [handlers that block](crate#handlers-that-block).
    ///
    /// Example: [`lease`](Self::lease).
    pub fn heartbeat(mut self, every: Duration) -> Self {
        self.heartbeat = Some(every);
        self
    }

    /// How long one handler may hold its event. Default: 15 min. Then its heartbeat ends, another copy
    /// may run, and the handler learns that through [`LeaseHandle::lost`](crate::leases::LeaseHandle::lost).
    ///
    /// Keep it below a day. The SQL and Redis stores remember the attempt of a lapsed lease for so long, and a handler
    /// that goes on can fence its writes by it.
    ///
    /// Example: [`lease`](Self::lease).
    pub fn run_timeout(mut self, limit: Duration) -> Self {
        self.run_timeout = limit;
        self
    }

    /// When the sender is answered 503 although the handler still runs, counted from the head. Default:
    /// 80 % of the sender's timeout, 8 s where that is unknown.
    ///
    /// ```
    /// use std::time::Duration;
    /// use hookgate::{Receiver, dedup::MemoryStore};
    ///
    /// # let pack = hookgate::providers::logto::Logto::new(hookgate::Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?);
    /// // For a sender that hangs up after 5 s: every step ends before that.
    /// let receiver = Receiver::new("logto", pack)
    ///     .handler_deadline(Duration::from_secs(4))
    ///     .store_timeout(Duration::from_secs(1))
    ///     .settle_timeout(Duration::from_millis(500))
    ///     .dedup(MemoryStore::new())
    ///     .build()?;
    /// # let _ = receiver;
    /// # Ok::<(), hookgate::BuildError>(())
    /// ```
    pub fn handler_deadline(mut self, limit: Duration) -> Self {
        self.handler_deadline = Some(limit);
        self
    }

    /// How long one call of the store or the key source may take, and a wait for the keys of a token's issuer.
    /// Default: 2 s. A delivery's age is judged before its claim, so marks have to outlive the window by four such calls and
    /// the settle timeout, where that is more than [`RETENTION_MARGIN`](Self::RETENTION_MARGIN).
    ///
    /// Example: [`handler_deadline`](Self::handler_deadline).
    pub fn store_timeout(mut self, limit: Duration) -> Self {
        self.store_timeout = limit;
        self
    }

    /// For how long writing the mark of a handled event is tried while its sender waits. Default: 2 s. Then the sender is
    /// answered 503, and it is tried on in the background, for as long as the lease may last. A release that the store did
    /// not answer is tried for 5 min, or for as long as a lease where that is longer.
    ///
    /// Example: [`handler_deadline`](Self::handler_deadline).
    pub fn settle_timeout(mut self, limit: Duration) -> Self {
        self.settle_timeout = limit;
        self
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::{
        dedup::MemoryStore,
        keys::LiveKeys,
        provider::{Authenticated, Contents, Provider, SenderProfile, Undecodable},
        receiver::{Receiver, ReceiverBuilder},
        request::RawRequest,
        schemes::Verified,
        setup::BuildError,
        tenants::Keys,
        verdict::Rejection,
    };

    /// A sender that waits for so long, and sends nothing.
    struct Waiting(Option<Duration>);

    impl Provider for Waiting {
        type Event = ();

        fn name(&self) -> &str {
            "waiting"
        }

        fn profile(&self) -> SenderProfile {
            SenderProfile {
                timeout: self.0,
                ..SenderProfile::unknown()
            }
        }

        fn keys(&self) -> Keys {
            Keys::NotNeeded
        }

        fn verify<'a>(
            &self,
            _: RawRequest<'a>,
            _: LiveKeys<'a>,
        ) -> Result<Verified<'a>, Rejection> {
            Err(Rejection::MissingSignature)
        }

        fn decode(&self, _: &Authenticated<'_>) -> Result<Contents<()>, Undecodable> {
            Err(Undecodable("nothing"))
        }
    }

    fn of(timeout: Option<Duration>) -> ReceiverBuilder {
        Receiver::new("test", Waiting(timeout)).dedup(MemoryStore::with_capacity(1))
    }

    /// As on `wasm32-unknown-unknown`.
    #[test]
    fn a_target_without_a_clock_wants_one() {
        let mut builder = of(None);
        builder.clock = None;
        assert_eq!(builder.build().err(), Some(BuildError::NoClock));
        let mut judge = of(None);
        judge.clock = None;
        assert_eq!(judge.judge().err(), Some(BuildError::NoClock));
    }

    /// The guide to deploying lists them.
    #[test]
    fn the_guide_has_the_defaults() -> Result<(), BuildError> {
        let guide = include_str!("../../docs/deployment.md");
        let known = of(Some(Duration::from_secs(100))).build()?;
        assert_eq!(known.0.handlers.deadline, Duration::from_secs(80));
        let unknown = of(None).build()?.0.handlers.deadline;
        assert_eq!(known.0.once.heartbeat, of(None).lease / 3);

        let builder = of(None);
        let secs = |it: Duration| format!("{} s", it.as_secs_f64());
        let deadline = format!(
            "80 % of the sender's timeout; {} where that is unknown",
            secs(unknown)
        );
        for (setting, default) in [
            ("body_timeout", secs(builder.body_timeout)),
            ("handler_deadline", deadline),
            ("run_timeout", secs(builder.run_timeout)),
            ("lease", secs(builder.lease)),
            ("heartbeat", "a third of the lease".to_owned()),
            ("store_timeout", secs(builder.store_timeout)),
            ("settle_timeout", secs(builder.settle_timeout)),
            ("handlers", builder.handlers.to_string()),
            (
                "bytes_in_flight",
                format!("{} bytes", builder.bytes_in_flight),
            ),
        ] {
            let row = format!("| `{setting}` | {default} |");
            assert!(guide.contains(&row), "the code says: {row}");
        }
        Ok(())
    }
}
