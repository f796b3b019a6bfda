//! HTTP as a sender speaks it: one connection for each request, no redirect followed, every wait bounded.
//!
//! It stands directly on hyper. A client library adds headers of its own, keeps connections and follows
//! redirects. The senders do not.

mod client;
mod target;
mod tls;

pub(crate) use self::{
    client::{Answered, Client, Failure},
    target::Target,
};
