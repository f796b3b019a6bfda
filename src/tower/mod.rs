//! The receiver as a tower layer, for any service over `http` 1.x. Feature `tower`.
//!
//! axum users take `hookgate_axum::ReceiverExt` instead, which wires route parameters and the peer's
//! address.
//!
//! | file | holds |
//! | --- | --- |
//! | `layer`, `service`, `body` | the receiver in front of a service |
//! | `linger` | a refusal arrives although the body is unread |
//! | `routes`, `rebuilt` | a worker drives the application's own routes |

mod body;
mod layer;
mod linger;
mod rebuilt;
mod routes;
mod service;

pub use self::{
    body::{AnswerBody, RequestBody},
    layer::{ReceiverLayer, RouteParams, Wiring},
    linger::linger,
    service::ReceiverService,
};
