//! Keys, settings and access rules as a user writes them, and the receivers that are built of them.

pub(crate) mod access;
pub(crate) mod access_only;
pub(crate) mod any_event;
pub(crate) mod catalog;
pub(crate) mod cloud_events;
pub(crate) mod credentials;
mod dated_events;
mod facephi;
pub(crate) mod files;
pub(crate) mod key_ids;
pub(crate) mod keys_taken;
pub(crate) mod members;
pub(crate) mod of_row;
pub(crate) mod peer;
pub(crate) mod pem;
pub(crate) mod public_key;
pub(crate) mod refused;
pub(crate) mod shared_secret;
pub(crate) mod signed_request;
pub(crate) mod sns;
pub(crate) mod store_url;
pub(crate) mod terms;
pub(crate) mod text;
pub(crate) mod token_binding;
pub(crate) mod token_endpoint;
mod token_keys;
pub(crate) mod unico;
