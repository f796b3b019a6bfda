//! [Amazon SNS](https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html): messages of topics,
//! sent to subscribed HTTPS endpoints (feature `public-keys`).
//!
//! - [`AmazonSns`] is the pack. It needs the ARNs of the topics, since SNS signs for everybody's topics with one key.
//! - `SnsCertificates` (feature `sns`) fetches the certificates that messages name.
//! - A [`Notification`] is what handlers take. What nothing signs is apart, in its [`Beside`].
//! - A [`Confirmation`] asks whether the endpoint wants messages, or no longer does. No handler runs for it.
//!
//! Raw message delivery signs nothing, and is refused.

#[cfg(feature = "sns")]
mod certificate;
#[cfg(feature = "sns")]
mod certificates;
#[cfg(feature = "sns")]
mod confirming;
mod decode;
mod event;
mod pack;
#[cfg(feature = "simulator")]
mod simulator;

#[cfg(feature = "sns")]
pub use self::certificates::SnsCertificates;
#[cfg(feature = "simulator")]
pub use self::simulator::SnsSimulator;
pub use self::{
    event::{Beside, Confirmation, Notification},
    pack::AmazonSns,
};
