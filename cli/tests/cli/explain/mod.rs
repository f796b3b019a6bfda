//! `hookgate explain`.

mod clean;
mod compressed;
mod field;
mod formats;
mod mistakes;
pub(crate) mod request;
mod scheme_settings;
mod screens;
mod secrecy;
mod signed_requests;
mod unexplained;
