//! `hookgate explain`.

mod clean;
mod formats;
mod mistakes;
pub(crate) mod request;
mod screens;
mod secrecy;
mod signed_requests;
