//! [CloudEvents](https://cloudevents.io) 1.0: the envelope, and its structured JSON mode.
//!
//! | content mode | media type | here |
//! | --- | --- | --- |
//! | structured | `application/cloudevents+json` | [`Event::from_structured`] |
//! | batch | `application/cloudevents-batch+json` | not taken: 415 |
//! | binary | the data's own, attributes in `ce-` headers | not taken: 415 |
//!
//! Strict where identity and routing hang on it: `specversion` is `1.0`, and `id`, `source` and `type`
//! are texts that are not empty. Tolerant where newer senders add something: any other member is an
//! extension and is kept as it was written. `null` is an attribute that is not set, as the JSON format
//! says; a member that stands twice, and `data` beside `data_base64`, are refused.

mod attributes;
mod event;
#[cfg(feature = "cloudevents-sdk")]
mod sdk;
mod structured;

#[cfg(feature = "cloudevents-sdk")]
pub use self::sdk::NotConvertible;
pub(crate) use self::structured::{Content, Omitted, ReadData, Structured};
pub use self::{
    attributes::{Attributes, Extension, Timestamp},
    event::{Binary, Data, Event},
    structured::NotAnEvent,
};

/// The media type of the structured mode in JSON.
pub const STRUCTURED_JSON: &str = "application/cloudevents+json";
