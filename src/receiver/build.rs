//! Building: what cannot be right is refused, and each group of a receiver is made of its settings.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use http::{HeaderName, HeaderValue, header};

use super::{
    Policy, Receiver, ReceiverBuilder, check,
    policy::{Handlers, Mounting, Once},
};
use crate::{
    access::{Gate, challenges_of},
    dedup::{BoxDedupStore, DedupStore},
    identity::KeyScope,
    inbox::Totals,
    judge::{Arrivals, Judge, Keeping},
    leases::{Claims, Intake, StoreCalls, WaitingCopies},
    limits::{Allowance, BodyBounds},
    provider::{Retries, SenderProfile, TimeKind},
    setup::{BuildError, Finding},
    telemetry::{Meter, Told, log},
    tenants::Keys,
    time::{Clock, UnixTime, Window},
    verdict::Terms,
};

/// Longest endpoint name: it is a metric label.
const MAX_ENDPOINT_BYTES: usize = 64;
/// The longest that a copy waits for the first, however long the sender would.
const LONGEST_WAIT: Duration = Duration::from_secs(3);
/// How long a handler may take where the sender's timeout is unknown.
const HANDLER_DEADLINE: Duration = Duration::from_secs(8);

/// What settings come to beside the pack's defaults. Checked.
struct Settled {
    profile: SenderProfile,
    window: Option<Window>,
    retention: Duration,
    nonce_retention: Duration,
    /// The retention, without what may pass between the judgement of a time and the claim.
    remembers: Duration,
    heartbeat: Duration,
    body_limit: usize,
    handler_deadline: Duration,
    name: Arc<str>,
    meter: Meter,
    clock: Arc<dyn Clock>,
}

impl ReceiverBuilder {
    /// The receiver. Does no IO, and logs what its [start-up check](Receiver::check) finds.
    ///
    /// # Errors
    ///
    /// What cannot be right, and what to change.
    ///
    /// Example: [`Receiver`].
    pub fn build(mut self) -> Result<Receiver, BuildError> {
        let settled = self.settled()?;
        let store = self.store.take().ok_or(BuildError::NoDedupStore)?;
        self.check_inbox(&store)?;
        let receiver = Receiver(Arc::new(Policy {
            once: self.once(store, &settled)?,
            handlers: self.handling(&settled),
            mounting: Mounting::default(),
            timer: self.timer.clone(),
            instances: self.instances,
            judge: self.into_judge(settled)?,
        }));
        let found = receiver.check();
        if let Some(code) = check::acknowledged_danger(&receiver.0, &found) {
            return Err(BuildError::DangerAcknowledged(code));
        }
        log::checked(receiver.name(), &found);
        Ok(receiver)
    }

    /// The judge of such a receiver, alone: it needs no store. For tools that give verdicts and handle nothing.
    ///
    /// ```
    /// use hookgate::{Receiver, Secret, providers::logto::Logto};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let judge = Receiver::new("logto", Logto::new(Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?)).judge()?;
    /// assert_eq!(judge.name(), "logto");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What cannot be right, as for [`build`](Self::build).
    pub fn judge(self) -> Result<Judge, BuildError> {
        let settled = self.settled()?;
        self.into_judge(settled)
    }

    fn settled(&self) -> Result<Settled, BuildError> {
        let clock = self.clock.clone().ok_or(BuildError::NoClock)?;
        self.check_parts(&*clock)?;
        let profile = self.provider.profile();
        let margin = self.margin();
        let future = self.future.unwrap_or(profile.future);
        let retention = self.retention.unwrap_or(profile.retention);
        let past = self
            .past
            .or(profile.past)
            .unwrap_or_else(|| retention.saturating_sub(future).saturating_sub(margin));
        // A pack that promises no time may still date its events: whoever sets a window means those.
        let is_asked_for = self.past.is_some() || self.future.is_some();
        let has_window = self.check_time && (profile.time != TimeKind::NotSigned || is_asked_for);
        let window = has_window.then_some(Window { past, future });
        let least = window
            .map_or(Duration::ZERO, |window| remembered(window, margin))
            .max(profile.horizon());
        if retention < least || retention.is_zero() {
            return Err(BuildError::RetentionTooShort { retention, least });
        }
        let name: Arc<str> = self.name.as_str().into();
        let settled = Settled {
            window,
            retention,
            remembers: retention.saturating_sub(margin),
            nonce_retention: window.map_or(retention, |window| remembered(window, margin)),
            heartbeat: self.heartbeat.unwrap_or(self.lease / 3),
            body_limit: self.body_limit.unwrap_or(profile.body_limit),
            handler_deadline: self.handler_deadline.unwrap_or_else(|| {
                profile
                    .timeout
                    .map_or(HANDLER_DEADLINE, |timeout| timeout.mul_f64(0.8))
            }),
            profile,
            meter: Meter::new(&name),
            name,
            clock,
        };
        self.check_limits(&settled)?;
        Ok(settled)
    }

    /// Names, pack and access rule.
    fn check_parts(&self, clock: &dyn Clock) -> Result<(), BuildError> {
        checked_name("endpoint's name", &self.name)?;
        checked_name("pack's name", self.provider.name())?;
        self.provider.validate()?;
        self.check_acknowledged(clock.now())?;
        let keys = self.provider.keys();
        keys.check(|_| true)?;
        if matches!(keys, Keys::Named(_)) && !self.provider.names_keys() {
            return Err(BuildError::Receiver(
                "keys are looked up by the names that requests give, but requests of this pack name none",
            ));
        }
        if let Some(access) = &self.access {
            return access.validate();
        }
        let serves_many = matches!(keys, Keys::Tenants(_));
        if self.provider.needs_access() && !serves_many {
            return Err(BuildError::Receiver(
                "the pack's sender signs nothing, or only a part of what is used, so the caller must show \
                 credentials: add `.access(…)`; `AnyoneMayCall` is the named choice of none",
            ));
        }
        Ok(())
    }

    /// A code that nobody knows is a slip: its finding would go on to be logged.
    fn check_acknowledged(&self, now: UnixTime) -> Result<(), BuildError> {
        let mut known = [Finding::CODES, Totals::CODES].concat();
        for finding in self.provider.findings(now) {
            if !known.contains(&finding.code()) {
                known.push(finding.code());
            }
        }
        let unknown = self.acknowledged.iter().find(|code| !known.contains(code));
        unknown.map_or(Ok(()), |code| {
            Err(BuildError::UnknownFinding { code, known })
        })
    }

    fn check_limits(&self, settled: &Settled) -> Result<(), BuildError> {
        for (what, is_zero) in [
            ("the body limit", settled.body_limit == 0),
            ("the byte budget", self.bytes_in_flight == 0),
            ("the number of handlers", self.handlers == 0),
            ("the lease", self.lease.is_zero()),
            ("the heartbeat", settled.heartbeat.is_zero()),
            ("the run timeout", self.run_timeout.is_zero()),
            ("the handler's deadline", settled.handler_deadline.is_zero()),
            ("the body timeout", self.body_timeout.is_zero()),
            ("the store's time limit", self.store_timeout.is_zero()),
            ("the settle timeout", self.settle_timeout.is_zero()),
        ] {
            if is_zero {
                return Err(BuildError::Zero(what));
            }
        }
        if settled.heartbeat > self.lease / 2 {
            return Err(BuildError::Receiver(
                "the heartbeat must be at most half of the lease, so that one that fails can be repeated in \
                 time: lower it or raise the lease",
            ));
        }
        if self.bytes_in_flight < settled.body_limit {
            return Err(BuildError::Receiver(
                "the byte budget of all bodies must be at least the limit of one",
            ));
        }
        Ok(())
    }

    fn check_inbox(&self, store: &BoxDedupStore) -> Result<(), BuildError> {
        let Some(inbox) = &self.inbox else {
            return Ok(());
        };
        if !DedupStore::promises(store).survives_restart && !inbox.may_forget {
            return Err(BuildError::Receiver(
                "this inbox forgets what it has accepted when the process ends: give one that survives a \
                 restart; `.inbox_for_tests(…)` is the named choice of this one",
            ));
        }
        let is_secret = |name: &HeaderName| {
            [
                header::AUTHORIZATION,
                header::PROXY_AUTHORIZATION,
                header::COOKIE,
            ]
            .contains(name)
                || self.access.as_ref().is_some_and(|rule| rule.reads(name))
                || self.provider.reads_secret(name)
        };
        if inbox.headers.iter().any(is_secret) {
            return Err(BuildError::Receiver(
                "an inbox keeps no credentials: take the header that an access rule or a token is read from, or that \
                 holds some, off `.inbox_headers(…)`",
            ));
        }
        Ok(())
    }

    fn intake(&self, settled: &Settled) -> Result<Option<Intake>, BuildError> {
        let Some(inbox) = &self.inbox else {
            return Ok(None);
        };
        // A sender that never repeats is better answered late than with an error.
        let limit = match settled.profile.retries {
            Retries::Never => self.store_timeout.max(settled.handler_deadline),
            Retries::For(_) | Retries::Unknown => self.store_timeout,
        };
        let (inbox, meter) = (inbox.inbox.clone(), settled.meter.clone());
        Intake::new(inbox, meter, settled.clock.clone(), limit).map(Some)
    }

    fn once(&self, store: BoxDedupStore, settled: &Settled) -> Result<Once, BuildError> {
        let meter = Some(settled.meter.clone());
        let calls = StoreCalls::new(store, meter, settled.clock.clone(), self.store_timeout);
        Ok(Once {
            claims: Claims::new(settled.name.clone(), calls, self.lease)?,
            inbox: self.intake(settled)?,
            waiting: WaitingCopies::new(patience(&settled.profile), settled.meter.copies_waiting()),
            retention: settled.retention,
            nonce_retention: settled.nonce_retention,
            heartbeat: settled.heartbeat,
            run_timeout: self.run_timeout,
            settle_timeout: self.settle_timeout,
            refuse_changed_content: self.refuse_changed_content,
        })
    }

    fn handling(&self, settled: &Settled) -> Handlers {
        let is_assumed = self.handler_deadline.is_none() && settled.profile.timeout.is_none();
        Handlers::new(
            Allowance::new(self.handlers, settled.meter.handlers_running()),
            Allowance::new(usize::MAX, settled.meter.handlers_detached()),
            (settled.handler_deadline, is_assumed),
            self.cancel_on_disconnect,
        )
    }

    fn into_judge(self, settled: Settled) -> Result<Judge, BuildError> {
        let Settled {
            profile,
            window,
            name,
            meter,
            body_limit,
            retention,
            remembers,
            clock,
            ..
        } = settled;
        let keys = self.provider.keys();
        let serves_many = matches!(keys, Keys::Tenants(_));
        let allow = HeaderValue::from_str(&profile.methods.join(", "))
            .map_err(|_| BuildError::Pack("the pack's methods cannot stand in a header"))?;
        let pack: Arc<str> = self.provider.name().into();
        Ok(Judge {
            key_scope: KeyScope::new(&name, None, &pack),
            keys,
            needs_access: self.provider.needs_access(),
            challenges: self.provider.challenges().into(),
            gate: Gate {
                methods: profile.methods,
                media_types: profile.media_types,
                networks: self.networks,
                access_timeout: self.store_timeout,
                #[cfg(feature = "gzip")]
                gzip: self.gzip,
                body: BodyBounds {
                    limit: body_limit,
                    deadline: self.body_timeout,
                    erased: false,
                    in_flight: Allowance::new(self.bytes_in_flight, meter.body_bytes()),
                },
                terms: Terms::new(allow, challenges_of(self.access.as_deref()), serves_many),
                access: self.access,
            },
            window,
            checks_time: self.check_time,
            remembers,
            keeping: (self.inbox)
                .map(|inbox| Keeping::new(inbox.headers, inbox.order_by, retention)),
            own_body_limit: self.body_limit,
            clock,
            told: Told::new(self.observer, meter, name.clone()),
            said_no_time: AtomicBool::new(false),
            arrivals: Arrivals::default(),
            acknowledged: self.acknowledged,
            provider: self.provider,
            profile,
            name,
            pack,
        })
    }

    /// By how much a mark must outlive the window. What passes between the judgement of an age and the claim counts:
    /// nonce and event are claimed, each in two tries, and the nonce's mark is written between.
    fn margin(&self) -> Duration {
        let calls = self.store_timeout.saturating_mul(4);
        Self::RETENTION_MARGIN.max(calls.saturating_add(self.settle_timeout))
    }
}

/// For how long a copy waits for the first.
fn patience(profile: &SenderProfile) -> Duration {
    profile.copies_wait.unwrap_or_else(|| {
        profile
            .timeout
            .map_or(LONGEST_WAIT, |timeout| (timeout / 2).min(LONGEST_WAIT))
    })
}

/// How long a request that was signed at the latest moment of the window is still taken, and a margin.
fn remembered(window: Window, margin: Duration) -> Duration {
    window
        .past
        .saturating_add(window.future)
        .saturating_add(margin)
}

/// Names are metric labels and part of keys.
fn checked_name(what: &'static str, name: &str) -> Result<(), BuildError> {
    let usable = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if name.is_empty() || name.len() > MAX_ENDPOINT_BYTES || !name.bytes().all(usable) {
        return Err(BuildError::Name {
            what,
            why: "use 1 to 64 ASCII letters, digits, `-`, `_` or `.`",
        });
    }
    Ok(())
}
