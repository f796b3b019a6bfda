//! The receiver as a tower layer, for any service over `http` 1.x. Feature `tower`.
//!
//! axum users take `hookgate_axum::ReceiverExt` instead, which wires route parameters and the peer's
//! address.

mod body;
mod layer;
mod linger;
mod service;

pub use self::{
    body::{AnswerBody, RequestBody},
    layer::{ReceiverLayer, RouteParams, Wiring},
    linger::linger,
    service::ReceiverService,
};
