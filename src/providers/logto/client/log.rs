//! [`Page`]: a page of Logto's log.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::ApiError;
use crate::time::UnixTime;

/// A page of 20 entries, each with the largest event that is known and what the endpoint answered, is half of this.
pub(super) const MOST_BYTES: usize = 16 * 1024 * 1024;

/// A page of the log, the latest entry first.
pub(super) struct Page {
    pub(super) entries: Vec<Entry>,
}

/// What the log says of one delivery.
pub(super) struct Entry {
    /// When it was written, by Logto's clock.
    pub(super) written_at: Option<UnixTime>,
    /// `None` where it shows no event of this hook.
    pub(super) event: Option<Shown>,
}

/// The event of a delivery.
pub(super) struct Shown {
    pub(super) body: Bytes,
    pub(super) created_at: UnixTime,
}

/// An entry's own members (known). It has more.
#[derive(Deserialize)]
struct Row<'a> {
    #[serde(rename = "createdAt", default, borrow)]
    created_at: Option<&'a RawValue>,
    #[serde(default, borrow)]
    payload: Option<Payload<'a>>,
}

#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(rename = "hookRequest", default, borrow)]
    request: Option<Request<'a>>,
}

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(default, borrow)]
    body: Option<&'a RawValue>,
}

/// What has to be known of an event before its pack reads it.
#[derive(Deserialize)]
struct Head {
    #[serde(rename = "hookId")]
    hook_id: String,
    #[serde(rename = "createdAt")]
    created_at: String,
}

impl Page {
    /// One entry that cannot be read is no reason to leave out the others.
    pub(super) fn read(body: &[u8], hook: &str) -> Result<Self, ApiError> {
        let rows: Vec<&RawValue> = serde_json::from_slice(body).map_err(|_| ApiError::Malformed)?;
        let entries = rows.into_iter().map(|row| Entry::read(row, hook)).collect();
        Ok(Self { entries })
    }
}

impl Entry {
    /// One that shows nothing.
    pub(super) fn unreadable() -> Self {
        Self {
            written_at: None,
            event: None,
        }
    }

    /// When it was written, or else when its event occurred, shortly before.
    pub(super) fn at(&self) -> Option<UnixTime> {
        let created_at = self.event.as_ref().map(|event| event.created_at);
        self.written_at.or(created_at)
    }

    fn read(row: &RawValue, hook: &str) -> Self {
        let Ok(row) = serde_json::from_str::<Row<'_>>(row.get()) else {
            return Self::unreadable();
        };
        let millis = row.created_at.and_then(|it| it.get().parse::<f64>().ok());
        let request = row.payload.and_then(|payload| payload.request);
        let body = request.and_then(|request| request.body);
        Self {
            written_at: millis.map(|millis| UnixTime::from_millis(millis as i64)),
            event: body.and_then(|body| Shown::read(body, hook)),
        }
    }
}

impl Shown {
    /// An event without a time that can be read is none: nobody would know whether its mark has gone.
    fn read(body: &RawValue, hook: &str) -> Option<Self> {
        let head: Head = serde_json::from_str(body.get()).ok()?;
        let created_at = UnixTime::from_rfc3339(&head.created_at)?;
        (head.hook_id == hook).then(|| Self {
            body: Bytes::copy_from_slice(body.get().as_bytes()),
            created_at,
        })
    }
}
