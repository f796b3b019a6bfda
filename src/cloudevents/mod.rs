//! [CloudEvents](https://cloudevents.io) 1.0: what an event is, and how it lies in a request.
//!
//! | mode | media type | attributes |
//! | --- | --- | --- |
//! | [structured](Mode::Structured) | `application/cloudevents+json` | in the body, beside the data |
//! | [batch](Mode::Batch) | `application/cloudevents-batch+json` | in the body, of each event of a list |
//! | [binary](Mode::Binary) | the data's own | in headers that begin with `ce-` |
//!
//! XML, Avro and Protobuf are not taken: 415.
//!
//! The pack [`CloudEvents`](crate::providers::cloudevents::CloudEvents) receives them from any sender. Its handlers take a
//! [`CloudEvent`]. An [`Event`] is one whose data nobody has looked at, for programs without a receiver.
//!
//! A receiver is strict, and each [`Tolerance`] has its name. `null` is an attribute that is not set, as the JSON format
//! says.

mod attributes;
mod batch;
mod binary;
mod data_type;
mod envelope;
mod event;
mod fields;
mod interest;
mod mode;
#[cfg(feature = "cloudevents-sdk")]
mod sdk;
mod structured;
mod tolerance;
mod typed;

#[cfg(feature = "cloudevents-sdk")]
pub use self::sdk::NotConvertible;
pub use self::{
    attributes::{Attributes, Extension, SpecVersion, Timestamp},
    event::{Binary, Data, Event},
    interest::Interest,
    mode::Mode,
    structured::NotAnEvent,
    tolerance::Tolerance,
    typed::{CloudEvent, TypedData},
};
pub(crate) use self::{
    batch::events as events_of_batch,
    binary::{PREFIX, attributes as attributes_of_headers},
    interest::unversioned,
    mode::Modes,
    structured::{Content, Omitted, ReadData, Structured},
    tolerance::Tolerances,
    typed::{AsType, Origin},
};

/// The media type of the structured mode in JSON.
pub const STRUCTURED_JSON: &str = "application/cloudevents+json";

/// The media type of the batch mode in JSON.
pub const BATCH_JSON: &str = "application/cloudevents-batch+json";
