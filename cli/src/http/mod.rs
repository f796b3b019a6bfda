//! HTTP as a sender speaks it: one connection for each request, no redirect followed, every wait bounded.

mod client;
mod target;
mod tls;

pub(crate) use self::{
    client::{Client, Failure},
    target::Target,
};
