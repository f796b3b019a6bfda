//! [`Registrations`]: senders whose question is the key itself.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::{HeaderName, HeaderValue};
use subtle::ConstantTimeEq;

use super::{Handshake, Shape};
use crate::{
    keys::{Key, KeyId, Keyring, Secret, SecretDigest},
    request::{Head, Single},
    setup::BuildError,
    time::Clock,
};

const HOOK_SECRET: HeaderName = HeaderName::from_static("x-hook-secret");

/// For how long a registration is open. Asana asks while the call that creates the webhook is under way.
const OPEN_FOR: Duration = Duration::from_secs(60);

/// Asana's are 64 hexadecimal digits (developers.asana.com/docs/establish-a-webhook).
const SECRET: Shape = Shape::hex(32, 128);

/// The keys of an endpoint whose sender hands each of them over in the header `X-Hook-Secret`, by a request that nothing
/// signs: Asana. A clone is the same.
///
/// Whoever could make an endpoint believe such a key could write any event. So a key is taken only so:
///
/// - The application [opens](Self::open) a registration. One request is answered then, within 60 s. Without one, each is
///   refused.
/// - What that request shows is no key yet. The answer to the application's own call shows the same secret, and the
///   application [confirms](Registration::confirm) it.
/// - A confirmed key is added. It never takes the place of another one.
///
/// ```
/// use hookgate::{
///     Key,
///     challenge::Registrations,
///     providers::preset::Preset,
///     time::SystemClock,
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // Keys of earlier registrations, from where the application keeps them.
/// let registrations = Registrations::new(SystemClock::new(), std::iter::empty::<Key>())?;
/// let pack = Preset::asana(registrations.keyring()).registered_by(&registrations);
///
/// // Later, in the application:
/// let registration = registrations.open()?;
/// // let created = asana.create_webhook(…).await?;
/// // let key = registration.confirm("webhook-43214", &created.hook_secret)?;
/// # drop((pack, registration));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Registrations(Arc<Inner>);

struct Inner {
    clock: Box<dyn Clock>,
    ring: Keyring,
    stage: Mutex<Stage>,
}

/// What became of the registration that was opened last.
struct Stage {
    /// Which one that is. An older one, which is past its time, neither confirms nor closes it.
    turn: u64,
    state: State,
}

enum State {
    Closed,
    /// Until when, in monotonic time.
    Open(Duration),
    /// One request was answered, and its registration is open until then. What it showed is no key yet.
    Answered(Duration, SecretDigest),
}

impl Registrations {
    /// With the keys of earlier registrations. `clock` measures how long one is open.
    ///
    /// # Errors
    ///
    /// As [`Keyring::new`], but for a ring without keys.
    pub fn new(clock: impl Clock, keys: impl IntoIterator<Item = Key>) -> Result<Self, BuildError> {
        let ring = Keyring::empty();
        for key in keys {
            ring.add(key)?;
        }
        Ok(Self(Arc::new(Inner {
            clock: Box::new(clock),
            ring,
            stage: Mutex::new(Stage {
                turn: 0,
                state: State::Closed,
            }),
        })))
    }

    /// The keys, for the pack.
    pub fn keyring(&self) -> Keyring {
        self.0.ring.clone()
    }

    /// Opens a registration: call it before the call that creates the webhook. It is open for 60 s, and until it is
    /// dropped.
    ///
    /// # Errors
    ///
    /// When another one is open.
    pub fn open(&self) -> Result<Registration, AlreadyOpen> {
        let now = self.0.clock.monotonic();
        let mut stage = self.stage();
        if let State::Open(until) | State::Answered(until, _) = stage.state
            && now < until
        {
            return Err(AlreadyOpen);
        }
        let turn = stage.turn.wrapping_add(1);
        *stage = Stage {
            turn,
            state: State::Open(now.saturating_add(OPEN_FOR)),
        };
        drop(stage);
        Ok(Registration {
            of: self.clone(),
            turn,
        })
    }

    pub(super) fn answer(&self, head: &Head<'_>) -> Result<Handshake, &'static str> {
        let Single::Value(value) = head.single(&HOOK_SECRET) else {
            return Err("its key stands twice");
        };
        if !SECRET.fits_bytes(value) {
            return Err("its key has not the sender's shape");
        }
        let echo = HeaderValue::from_bytes(value).map_err(|_| "its key cannot be repeated")?;
        let now = self.0.clock.monotonic();
        let mut stage = self.stage();
        let until = match stage.state {
            State::Open(until) if now < until => until,
            State::Open(_) | State::Closed => return Err("no registration is open"),
            State::Answered(..) => return Err("the open registration was answered before"),
        };
        stage.state = State::Answered(until, SecretDigest::of(&[value]));
        drop(stage);
        Ok(Handshake::new("").header(HOOK_SECRET, echo))
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.0.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A registration that is open. Dropped, it is closed.
#[must_use = "dropped, the registration is closed"]
pub struct Registration {
    of: Registrations,
    turn: u64,
}

impl Registration {
    /// Adds the key that the sender showed, where `secret` is the same: the one in the answer to the application's own call.
    /// Gives the key, to be kept for the next start under `id`.
    ///
    /// # Errors
    ///
    /// When the sender has not asked yet, or showed another secret. When a key has that id, or is that secret, already. The
    /// registration is closed then, and the webhook is to be deleted at the sender.
    pub fn confirm(self, id: impl Into<KeyId>, secret: &str) -> Result<Key, NotConfirmed> {
        {
            let stage = self.of.stage();
            let shown = match &stage.state {
                State::Answered(_, shown) if stage.turn == self.turn => shown,
                _ => return Err(NotConfirmed::NotAsked),
            };
            let named = SecretDigest::of(&[secret.as_bytes()]);
            if !bool::from(shown.ct_eq(&named)) {
                return Err(NotConfirmed::OtherSecret);
            }
        }
        let secret = Secret::utf8(secret).map_err(|error| NotConfirmed::Unfit(error.into()))?;
        let key = Key::new(id, secret);
        let added = self.of.0.ring.add(key.clone());
        added.map_err(NotConfirmed::Unfit)?;
        Ok(key)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let mut stage = self.of.stage();
        if stage.turn == self.turn {
            stage.state = State::Closed;
        }
    }
}

/// A registration is open already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("another registration is open")]
pub struct AlreadyOpen;

/// Why a key was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotConfirmed {
    /// No request with a key was answered.
    #[error("the sender has not asked, or not in time")]
    NotAsked,
    /// The request that was answered showed another secret: somebody else may have sent it.
    #[error("the request that was answered showed another secret")]
    OtherSecret,
    /// The secret cannot be a key, or there is such a key.
    #[error("the key cannot be added: {0}")]
    Unfit(BuildError),
}

/// No key.
impl fmt::Debug for Registrations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registrations").finish_non_exhaustive()
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").finish_non_exhaustive()
    }
}
