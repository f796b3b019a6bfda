//! The events of a workflow.

use std::fmt;

use super::{
    Facephi,
    capture::{IdCaptured, SelfieCaptured},
    face::{FacialAuthenticationEvaluated, PassiveLivenessEvaluated},
    operation::{OperationFinished, OperationStarted},
    topic::Topic,
    validation::IdValidated,
};
use crate::{
    cloudevents::{Attributes, Origin},
    delivery::Delivery,
    json::{Json, Misfit},
    request::Unsigned,
};

/// One event of a workflow: its attributes, and its data as a type.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Workflow<T> {
    /// What has happened.
    pub data: T,
    pub(super) origin: Origin,
}

impl<T> Workflow<T> {
    /// The attributes, where the signature covers them: with every recipe but
    /// [`DataOnly`](crate::schemes::Recipe::DataOnly).
    pub fn attributes(&self) -> Option<&Attributes> {
        self.origin.signed()
    }

    /// The attributes that somebody who holds the access credentials wrote, where the signature does not
    /// cover them.
    pub fn claimed(&self) -> Option<&Unsigned<Attributes>> {
        self.origin.claimed()
    }
}

impl<T> std::ops::Deref for Workflow<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.data
    }
}

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident($type:ty),)+) => {
        /// An event of a workflow.
        ///
        /// `Debug` shows types, times and results.
        #[derive(Clone)]
        #[non_exhaustive]
        pub enum WorkflowEvent {
            $($(#[$doc])* $name(Workflow<$type>),)+
            /// A type that this version does not know, or data that does not fit its type. Not an error:
            /// handle what you can, ignore the rest.
            Unrecognized(Unrecognized),
            /// The recipe covers the data and nothing else, so nothing signed says what it is about.
            DataOnly(DataOnly),
        }

        impl WorkflowEvent {
            /// The topic, where type and data are recognised.
            pub fn topic(&self) -> Option<Topic> {
                match self {
                    $(Self::$name(_) => Some(Topic::$name),)+
                    Self::Unrecognized(_) | Self::DataOnly(_) => None,
                }
            }

            fn origin(&self) -> Result<&Origin, &Unsigned<Attributes>> {
                match self {
                    $(Self::$name(event) => Ok(&event.origin),)+
                    Self::Unrecognized(event) => Ok(&event.origin),
                    Self::DataOnly(event) => Err(&event.claimed),
                }
            }

            fn data(&self) -> &dyn fmt::Debug {
                match self {
                    $(Self::$name(event) => &event.data,)+
                    Self::Unrecognized(event) => event,
                    Self::DataOnly(event) => event,
                }
            }
        }

        /// Data in the type that the event's type asks for.
        pub(super) enum WorkflowData {
            $($name($type),)+
            Unknown(Json),
        }

        impl WorkflowData {
            pub(super) fn read<'de, D: serde::Deserializer<'de>>(
                event_type: &str,
                data: D,
            ) -> Result<Self, D::Error> {
                use serde::Deserialize;

                match Topic::of_event_type(event_type) {
                    $(Some(Topic::$name) => <$type>::deserialize(data).map(Self::$name),)+
                    None => Json::deserialize(data).map(Self::Unknown),
                }
            }

            pub(super) fn from(self, origin: Origin) -> WorkflowEvent {
                match self {
                    $(Self::$name(data) => WorkflowEvent::$name(Workflow { data, origin }),)+
                    Self::Unknown(raw) => WorkflowEvent::Unrecognized(Unrecognized {
                        raw: Some(raw),
                        error: Misfit::UnknownName,
                        origin,
                    }),
                }
            }
        }
    };
}

events! {
    /// A user has begun.
    OperationStarted(OperationStarted),
    /// An identity document was captured.
    IdCaptured(IdCaptured),
    /// A selfie was captured.
    SelfieCaptured(SelfieCaptured),
    /// The selfie was compared with the document's portrait.
    FacialAuthenticationEvaluated(FacialAuthenticationEvaluated),
    /// It was judged whether the selfie is of a living person.
    PassiveLivenessEvaluated(PassiveLivenessEvaluated),
    /// The document was validated.
    IdValidated(IdValidated),
    /// The operation has ended.
    OperationFinished(OperationFinished),
}

impl WorkflowEvent {
    /// The attributes, where the signature covers them.
    pub fn attributes(&self) -> Option<&Attributes> {
        self.origin().ok()?.signed()
    }

    /// The attributes that the signature does not cover, where that is so.
    pub fn claimed(&self) -> Option<&Unsigned<Attributes>> {
        self.origin().map_or_else(Some, Origin::claimed)
    }

    /// The operation that it belongs to, from a signed `source`.
    pub fn operation_id(&self) -> Option<&str> {
        operation_id(&self.attributes()?.source)
    }
}

impl Delivery<WorkflowEvent> {
    /// The operation that the event belongs to, from a signed `source`.
    pub fn operation_id(&self) -> Option<&str> {
        self.event().operation_id()
    }
}

impl Facephi {
    /// The operation that a `source` names: the segment behind `/operations/`.
    pub fn operation_id(source: &str) -> Option<&str> {
        operation_id(source)
    }
}

fn operation_id(source: &str) -> Option<&str> {
    let path = source.split(['?', '#']).next()?;
    let mut segments = path
        .split('/')
        .skip_while(|segment| *segment != "operations");
    segments.nth(1).filter(|id| !id.is_empty())
}

impl fmt::Debug for WorkflowEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkflowEvent")
            .field("attributes", &self.attributes())
            .field("data", self.data())
            .finish_non_exhaustive()
    }
}

/// An event that arrives whole, but not in a type of its own.
#[derive(Clone)]
#[non_exhaustive]
pub struct Unrecognized {
    /// Its data as it was written, where it has any in JSON.
    pub raw: Option<Json>,
    /// Why there is no type for it.
    pub error: Misfit,
    pub(super) origin: Origin,
}

impl Unrecognized {
    /// The event's type, as it was sent: signed, unless the recipe leaves it unsigned.
    pub fn name(&self) -> &str {
        match &self.origin {
            Origin::Signed(attributes) => &attributes.event_type,
            Origin::Claimed(attributes) => &attributes.trust_unsigned().event_type,
        }
    }
}

impl fmt::Debug for Unrecognized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unrecognized")
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

/// Signed data, and what stood around it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DataOnly {
    /// The data.
    pub data: Json,
    /// What stood around it. Whoever holds the access credentials and one signed body can change it.
    pub claimed: Unsigned<Attributes>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operation_is_named_by_the_source() {
        for (source, id) in [
            ("/operations/1-2", Some("1-2")),
            ("operations/1-2", Some("1-2")),
            (
                "https://api.example/v1/operations/1-2/events?x=/operations/3",
                Some("1-2"),
            ),
            ("/operations/1-2#f", Some("1-2")),
            ("/operations/", None),
            ("/operations", None),
            ("/myoperations/1", None),
            ("?/operations/1", None),
            ("", None),
        ] {
            assert_eq!(operation_id(source), id, "{source}");
        }
    }
}
