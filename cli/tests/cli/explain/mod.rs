//! `hookgate explain`.

mod clean;
mod formats;
mod mistakes;
mod request;
mod screens;
mod secrecy;
mod signed_requests;
