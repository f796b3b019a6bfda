//! What can be subscribed to.

use std::{fmt, str::FromStr};

use crate::cloudevents::unversioned;

macro_rules! topics {
    ($($(#[$doc:meta])* $topic:ident = $kebab:literal $snake:literal,)+) => {
        /// A topic of the vendor's form, and the events that come of it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Topic {
            $($(#[$doc])* $topic,)+
        }

        impl Topic {
            /// Every topic, in the order in which a typical operation gives their events.
            pub const ALL: &'static [Self] = &[$(Self::$topic,)+];

            /// The name in the vendor's form, such as `workflows/id-captured/v1`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$topic => concat!("workflows/", $kebab, "/v1"),)+
                }
            }

            /// The type of its events. That of [`IdCaptured`](Self::IdCaptured) is known; that the others
            /// have the same prefix is assumed, and does not matter to a receiver.
            pub const fn event_type(self) -> &'static str {
                match self {
                    $(Self::$topic => concat!("com.idv_suite.api.workflows.", $snake, ".v1"),)+
                }
            }

            fn of_full_type(event_type: &str) -> Option<Self> {
                match event_type {
                    $(concat!("com.idv_suite.api.workflows.", $snake, ".v1") => Some(Self::$topic),)+
                    _ => None,
                }
            }

            fn of_snake(name: &str) -> Option<Self> {
                match name {
                    $($snake => Some(Self::$topic),)+
                    _ => None,
                }
            }
        }
    };
}

topics! {
    /// A user has begun.
    OperationStarted = "operation-started" "operation_started",
    /// An identity document was captured.
    IdCaptured = "id-captured" "id_captured",
    /// A selfie was captured.
    SelfieCaptured = "selfie-captured" "selfie_captured",
    /// The selfie was compared with the document's portrait.
    FacialAuthenticationEvaluated =
        "facial-authentication-evaluated" "facial_authentication_evaluated",
    /// It was judged whether the selfie is of a living person.
    PassiveLivenessEvaluated = "passive-liveness-evaluated" "passive_liveness_evaluated",
    /// The document was validated, some time after its capture.
    IdValidated = "id-validated" "id_validated",
    /// The operation has ended.
    OperationFinished = "operation-finished" "operation_finished",
}

impl Topic {
    /// The topic of an event's type: whatever comes before `workflows.<name>.v<N>`, and any version.
    pub fn of_event_type(event_type: &str) -> Option<Self> {
        Self::of_full_type(event_type).or_else(|| Self::of_suffix(event_type))
    }

    fn of_suffix(event_type: &str) -> Option<Self> {
        let (group, name) = unversioned(event_type)?.rsplit_once('.')?;
        if group != "workflows" && !group.ends_with(".workflows") {
            return None;
        }
        Self::of_snake(name)
    }
}

/// Reads a topic's name, of any version, or an event's type.
impl FromStr for Topic {
    type Err = UnknownTopic;

    fn from_str(text: &str) -> Result<Self, UnknownTopic> {
        if !text.contains('/') {
            return Self::of_event_type(text).ok_or(UnknownTopic);
        }
        Self::of_event_type(&text.replace('/', ".").replace('-', "_")).ok_or(UnknownTopic)
    }
}

/// The vendor's name.
impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that is neither a topic nor the type of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a Facephi topic, nor the type of one of its events")]
pub struct UnknownTopic;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_types_lead_to_their_topic() {
        for topic in Topic::ALL.iter().copied() {
            assert_eq!(topic.name().parse(), Ok(topic));
            assert_eq!(topic.event_type().parse(), Ok(topic));
            assert_eq!(Topic::of_event_type(topic.event_type()), Some(topic));
        }
        assert_eq!(
            Topic::of_event_type("workflows.id_captured.v12"),
            Some(Topic::IdCaptured)
        );
        assert_eq!("workflows/id-captured/v2".parse(), Ok(Topic::IdCaptured));
        for unknown in [
            "",
            "workflows.id_captured",
            "workflows.id_captured.v",
            "workflows.id_captured.v1a",
            "workflows.id_captured.v1.x",
            "myworkflows.id_captured.v1",
            "id_captured.v1",
            "workflows.id_lost.v1",
            "workflows.x.id_captured.v1",
        ] {
            assert_eq!(Topic::of_event_type(unknown), None, "{unknown}");
        }
    }
}
