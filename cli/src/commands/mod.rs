//! What the command does, one folder or file for each of its own commands.

mod bind;
pub(crate) mod completions;
pub(crate) mod explain;
pub(crate) mod inbox;
pub(crate) mod listen;
pub(crate) mod man;
pub(crate) mod providers;
pub(crate) mod reconcile;
pub(crate) mod send;
pub(crate) mod status;
mod stop;
pub(crate) mod token;
pub(crate) mod verify;
