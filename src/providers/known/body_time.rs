//! [`BodyTime`]: a signed time that stands in the body.

use serde_json::value::RawValue;

use crate::{provider::TimeKind, schemes::TimestampForm, time::EventTime};

/// A signed time that stands in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BodyTime {
    /// Its [place](super::KnownSender#places).
    pub at: &'static str,
    /// How it is written: a number, or a text.
    pub form: TimestampForm,
    /// Whether it is that of the attempt or of the event.
    pub kind: TimeKind,
}

impl BodyTime {
    /// The time of the event, as an RFC 3339 text.
    pub(super) const fn occurred_at(at: &'static str) -> Self {
        Self {
            at,
            form: TimestampForm::Rfc3339,
            kind: TimeKind::OccurredAt,
        }
    }

    /// The time that the member says. A number may also be written as a text.
    pub(in crate::providers) fn read(&self, member: Option<&RawValue>) -> EventTime {
        let Some(member) = member else {
            return EventTime::Missing;
        };
        if self.form == TimestampForm::Rfc3339 || member.get() == "null" {
            return EventTime::of_json(member);
        }
        let text = member.get();
        let text = text
            .strip_prefix('"')
            .and_then(|it| it.strip_suffix('"'))
            .unwrap_or(text);
        if text.is_empty() {
            return EventTime::Missing;
        }
        let time = self.form.read(text.as_bytes());
        time.map_or(EventTime::Unreadable, EventTime::At)
    }
}
