//! [CloudEvents](https://cloudevents.io) of any sender: Azure Event Grid, Knative, an eventing broker, a partner's SDK.
//!
//! The type of an event, and where it lies in a request, is in [`hookgate::cloudevents`](crate::cloudevents).
//!
//! | who proves it | constructor | modes, where none is named |
//! | --- | --- | --- |
//! | a MAC or signature over the body | [`CloudEvents::signed`] | structured |
//! | a token that the sender shows | [`CloudEvents::signed`] with an [`AccessToken`](crate::schemes::AccessToken) | structured and binary |
//! | a token for one request, in the body | [`CloudEvents::signed`] with a [`OneTimeToken`](crate::schemes::OneTimeToken) | structured |
//! | an access rule of the receiver | [`CloudEvents::by_access`] | structured and binary |
//!
//! # Which modes go together
//!
//! `content-type` says in which mode an event is, and no signature over a body covers it. So the same signed bytes under
//! another label could be another event, which runs once more. Structured events and batches cannot be taken for each other:
//! one is a JSON object, the other a list. In binary mode anything is data. So under a signature over the body, or a token
//! for one request, binary mode stands alone, and its attributes are
//! [claimed](crate::cloudevents::CloudEvent::claimed): they identify, date and route nothing.

mod decode;
mod pack;
mod which_modes;

pub use self::pack::CloudEvents;
