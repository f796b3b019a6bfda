//! [`EncryptedInbox`]: an inbox whose payloads only this program can read.

mod seal;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;

use self::seal::{Place, Unopened, What, clear_format, is_fit, open, seal, sealed_format};
use super::{
    Accept, Ask, Batch, Counts, DeadReason, Entry, Inbox, Kept, Leased, Quarantine, QuarantineCap,
};
use crate::{
    dedup::{DedupStore, Lease, Settled},
    identity::EventKey,
    keys::Keyring,
    setup::{BuildError, Finding, Severity},
    telemetry::{log, words},
    verdict::StoreError,
};

/// What is said where a key cannot be used.
const UNFIT: &str = "an inbox is encrypted with secrets of 32 bytes or more, each with an id of its own, of 255 bytes at \
                     most: `Key::new(\"2026-11\", secret)`";
/// An event whose key is missing comes back after a quarter of its age, within these bounds.
const SOONEST: Duration = Duration::from_secs(60);
const LATEST: Duration = Duration::from_secs(3600);

/// Encrypts what `S` keeps: payloads, and what runs failed with (feature `encryption`).
///
/// XChaCha20-Poly1305 with a random nonce. The cipher's key is derived from the ring's first secret, and each row names
/// that secret's id. So keys are rotated by [`Keyring::replace`]: the new one first, the old ones behind it for as long as
/// rows of theirs are kept. End dates of keys do not count here, since old rows have to be read.
///
/// What stands in the clear beside a payload is bound to it: the event's key, endpoint, type, key id and order. A payload
/// that somebody altered, or moved to another row, becomes a [damaged](DeadReason::Damaged) dead letter. An event whose
/// key is missing from the ring is given back without a spent try. The log warns of it, and so does the finding
/// `inbox_key_missing`.
///
/// It does not hide how many events there are, when they came, how long their payloads are, those columns, or what operators
/// gave as reasons. Whoever can
/// write the tables can still delete and repeat rows.
///
/// ```
/// use hookgate::{Key, Keyring, Secret, inbox::{EncryptedInbox, MemoryInbox}};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = Secret::base64("qJv1w0nLGhGkHlQm2Tt1bYkO3vYd7sWmQnL4cXxUuXg=")?;
/// let keys = Keyring::new([Key::new("2026-11", secret)])?;
/// let inbox = EncryptedInbox::new(MemoryInbox::new(), keys)?;
/// # let _ = inbox;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct EncryptedInbox<S> {
    inner: S,
    keys: Keyring,
    takes_clear: bool,
    /// Whether the last events that were to be run had one whose key is missing.
    lacks_key: Arc<AtomicBool>,
}

impl<S: Inbox> EncryptedInbox<S> {
    /// Encrypts what `inbox` keeps from now on. Rows that it keeps in the clear are read as they are.
    ///
    /// # Errors
    ///
    /// When a key of the ring is no secret of 32 bytes or more, or has no id of its own of 255 bytes at most. `0` is the id
    /// of a secret that was given without one.
    pub fn new(inbox: S, keys: Keyring) -> Result<Self, BuildError> {
        if !keys.load().iter().all(is_fit) {
            return Err(BuildError::UnfitKey(UNFIT));
        }
        Ok(Self {
            inner: inbox,
            keys,
            takes_clear: true,
            lacks_key: Arc::default(),
        })
    }

    /// Takes no row in the clear: it becomes a [damaged](DeadReason::Damaged) dead letter. Set it once nothing is left of
    /// the time before encryption, since whoever can write the tables could otherwise write rows without a key.
    #[must_use]
    pub fn only_encrypted(mut self) -> Self {
        self.takes_clear = false;
        self
    }

    /// The inbox inside.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    fn sealed(&self, place: &Place<'_>, clear: &[u8]) -> Result<Bytes, StoreError> {
        seal(&self.keys, place, clear).ok_or_else(|| StoreError::Unavailable(UNFIT.into()))
    }

    fn sealed_entry(&self, entry: Entry, is_quarantined: bool) -> Result<Entry, StoreError> {
        let format = sealed_format(entry.format);
        let place = Place {
            key: &entry.key,
            what: What::Payload {
                format,
                endpoint: &entry.endpoint,
                event_type: entry.event_type,
                key_id: &entry.key_id,
                order: entry.order.as_ref(),
                is_quarantined,
            },
        };
        let payload = self.sealed(&place, &entry.payload)?;
        Ok(Entry {
            payload,
            format,
            ..entry
        })
    }

    fn sealed_error(
        &self,
        key: &EventKey,
        error: Option<Bytes>,
    ) -> Result<Option<Bytes>, StoreError> {
        let what = What::Error;
        error
            .map(|error| self.sealed(&Place { key, what }, &error))
            .transpose()
    }

    /// The payload, and its format. `None` where it is in the clear and may be.
    fn opened(&self, place: &Place<'_>, format: u16, payload: &[u8]) -> Option<Opened> {
        match (clear_format(format), self.takes_clear) {
            (Some(format), _) => {
                let clear = open(&self.keys, place, payload);
                Some(clear.map(|clear| (clear, format)))
            }
            (None, true) => None,
            (None, false) => Some(Err(Unopened::Altered)),
        }
    }

    /// `None` where it was given back.
    async fn opened_row(&self, row: Leased) -> Option<Leased> {
        let place = Place {
            key: row.lease.key(),
            what: What::Payload {
                format: row.format,
                endpoint: &row.endpoint,
                event_type: &row.event_type,
                key_id: &row.key_id,
                order: row.order.as_ref(),
                is_quarantined: row.is_quarantined,
            },
        };
        let (payload, format) = match self.opened(&place, row.format, &row.payload) {
            None => return Some(row),
            Some(Ok(clear)) => clear,
            // No bytes are a damaged payload, and its run makes a dead letter of it.
            Some(Err(Unopened::Altered)) => (Bytes::new(), row.format),
            Some(Err(Unopened::UnknownKey)) => {
                if !self.lacks_key.swap(true, Ordering::Relaxed) {
                    log::worker(&row.endpoint, words::NO_SEALING_KEY);
                }
                let later = (row.age / 4).clamp(SOONEST, LATEST);
                let given = self
                    .inner
                    .give_back(&row.lease, later, Counts::Nothing, None);
                if let Err(error) = given.await {
                    log::inbox(words::NOT_GIVEN_BACK, &error);
                }
                return None;
            }
        };
        Some(Leased {
            payload,
            format,
            ..row
        })
    }
}

type Opened = Result<(Bytes, u16), Unopened>;

impl<S: fmt::Debug> fmt::Debug for EncryptedInbox<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptedInbox")
            .field("inner", &self.inner)
            .field("takes_clear", &self.takes_clear)
            .finish_non_exhaustive()
    }
}

impl<S: Inbox> DedupStore for EncryptedInbox<S> {
    fn findings(&self) -> Vec<Finding> {
        let mut found = self.inner.findings();
        if self.lacks_key.load(Ordering::Relaxed) {
            found.push(Finding::new(
                Severity::Warning,
                "inbox_key_missing",
                "events wait that are encrypted with a key that the ring lacks",
                "put the old keys behind the new one until nothing that they encrypted is left",
            ));
        }
        found
    }

    crate::forward_calls!(inner: claim, settle, extend, look, settled, promises, held);
}

impl<S: Inbox> Inbox for EncryptedInbox<S> {
    async fn accept(&self, entries: Vec<Entry>) -> Result<Vec<Accept>, StoreError> {
        let entries = entries.into_iter();
        let sealed: Result<_, _> = entries
            .map(|entry| self.sealed_entry(entry, false))
            .collect();
        self.inner.accept(sealed?).await
    }

    async fn quarantine(&self, entry: Entry, cap: QuarantineCap) -> Result<Quarantine, StoreError> {
        let sealed = self.sealed_entry(entry, true)?;
        self.inner.quarantine(sealed, cap).await
    }

    async fn lease(&self, ask: Ask<'_>) -> Result<Batch, StoreError> {
        let format = sealed_format(ask.format);
        let mut batch = self.inner.lease(Ask { format, ..ask }).await?;
        let asked = batch.rows.len();
        let mut rows = Vec::with_capacity(asked);
        for row in batch.rows {
            rows.extend(self.opened_row(row).await);
        }
        if asked > 0 && rows.len() == asked {
            self.lacks_key.store(false, Ordering::Relaxed);
        }
        batch.rows = rows;
        Ok(batch)
    }

    async fn give_back(
        &self,
        lease: &Lease,
        delay: Duration,
        counts: Counts,
        error: Option<Bytes>,
    ) -> Result<Settled, StoreError> {
        let error = self.sealed_error(lease.key(), error)?;
        self.inner.give_back(lease, delay, counts, error).await
    }

    async fn bury(
        &self,
        lease: &Lease,
        reason: DeadReason,
        error: Option<Bytes>,
    ) -> Result<Settled, StoreError> {
        let error = self.sealed_error(lease.key(), error)?;
        self.inner.bury(lease, reason, error).await
    }

    /// What cannot be decrypted is shown as it is kept, so that its length and columns can be seen.
    async fn read(&self, key: &EventKey) -> Result<Option<Kept>, StoreError> {
        let Some(mut kept) = self.inner.read(key).await? else {
            return Ok(None);
        };
        let listed = &kept.listed;
        let place = Place {
            key,
            what: What::Payload {
                format: kept.format,
                endpoint: &listed.endpoint,
                event_type: &listed.event_type,
                key_id: &listed.key_id,
                order: listed.order.as_ref(),
                is_quarantined: listed.is_quarantined,
            },
        };
        if let Some(Ok((clear, format))) = self.opened(&place, kept.format, &kept.payload) {
            kept.payload = clear;
            kept.format = format;
        }
        if let Some(error) = &kept.error {
            let what = What::Error;
            if let Ok(clear) = open(&self.keys, &Place { key, what }, error) {
                kept.error = Some(clear);
            }
        }
        Ok(Some(kept))
    }

    crate::forward_calls!(inner: keep, pause, resume, promote, work_may_wait, hold, totals, list, replay, discard, erase);
}
