//! [`Sample`]: an event as a sender might write it.

/// An event as a sender might write it: compact JSON with places for what differs from event to event.
///
/// | place | what stands there |
/// | --- | --- |
/// | `$type` | the event's type, as a JSON text |
/// | `$name` | the event's type as it is, for headers |
/// | `$hex`, `$id` | an id of what the event is about: 32 and 24 hexadecimal digits |
/// | `$uuid` | the same as a UUID of version 4 |
/// | `$number` | the same as a whole number of at most 15 digits |
/// | `$eventhex`, `$eventid`, `$eventuuid`, `$eventnumber` | an id of the event itself, in these forms |
/// | `$secs`, `$millis`, `$time` | when it occurred: Unix seconds, milliseconds, an RFC 3339 text without its quotes |
///
/// A time that stays the same over the events of one object stands there as it is: when the object was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sample {
    /// Types that the sender is known by. Tools send others too.
    pub types: &'static [&'static str],
    /// The body, with its places.
    pub body: &'static str,
    /// Headers beside the signature's, with the same places.
    pub headers: &'static [(&'static str, &'static str)],
}

impl Sample {
    /// Of a sender about whose events nothing is known.
    pub const UNKNOWN: Self = Self {
        types: &["user.created", "user.deleted", "order.paid"],
        body: r#"{"type":$type,"timestamp":"$time","data":{"id":"$id"}}"#,
        headers: &[],
    };
}

#[cfg(feature = "simulator")]
mod filling {
    use super::Sample;
    use crate::{simulator::SampleId, time::UnixTime};

    impl Sample {
        /// The body of one event of the type `event_type`, which occurred at `at`.
        pub fn body_of(&self, event_type: &str, id: SampleId, at: UnixTime) -> String {
            filled(self.body, event_type, id, at)
        }

        /// The headers of one event.
        pub fn headers_of(
            &self,
            event_type: &str,
            id: SampleId,
            at: UnixTime,
        ) -> impl Iterator<Item = (&'static str, String)> {
            let fill = move |text| filled(text, event_type, id, at);
            let headers: Vec<_> = self
                .headers
                .iter()
                .map(|(name, text)| (*name, fill(text)))
                .collect();
            headers.into_iter()
        }
    }

    /// `text` with all its places filled. What is put in is not looked at again.
    fn filled(text: &str, event_type: &str, id: SampleId, at: UnixTime) -> String {
        let mut full = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            full.push_str(before);
            let end = after
                .find(|c: char| !c.is_ascii_lowercase())
                .unwrap_or(after.len());
            let (name, behind) = after.split_at_checked(end).unwrap_or((after, ""));
            full.push_str(&match name {
                "type" => serde_json::Value::from(event_type).to_string(),
                "name" => event_type.to_owned(),
                "hex" | "eventhex" => id.hex(),
                "id" | "eventid" => id.hex().get(..24).unwrap_or_default().to_owned(),
                "uuid" | "eventuuid" => id.uuid(),
                "number" | "eventnumber" => id.number().to_string(),
                "secs" => at.as_secs().to_string(),
                "millis" => at.as_millis().to_string(),
                "time" => at.to_rfc3339(),
                other => format!("${other}"),
            });
            rest = behind;
        }
        full.push_str(rest);
        full
    }
}
