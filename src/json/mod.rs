//! JSON as senders write it: cut and written anew byte for byte, read without loss, open to the unknown, silent in `Debug`.

pub mod canonical;
mod depth;
pub(crate) mod members;
mod misfit;
mod once;
pub(crate) mod open_enum;
mod payload;
pub(crate) mod places;
mod value;
mod without;

pub(crate) use self::{depth::is_too_deep, once::Once, without::digest_without};
pub use self::{
    members::Extra,
    misfit::Misfit,
    payload::Payload,
    value::{ByName, Json},
};
