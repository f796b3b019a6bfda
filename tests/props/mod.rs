//! What tests share: a server, clients, a store and a handler that follow a script.

mod busy;
mod call;
mod canary;
mod drops;
mod durable;
mod every_end;
pub(crate) mod facephi;
mod gate;
mod issuer;
mod log;
pub(crate) mod logto;
mod puppet;
mod raw;
#[cfg(feature = "metrics")]
mod recorder;
mod script;
mod server;
mod signing;
mod stage;
pub(crate) mod standard_webhooks;
mod store;
mod strict;

#[cfg(feature = "metrics")]
pub(crate) use self::recorder::Recorded;
pub(crate) use self::{
    busy::{busy_app, busy_until},
    call::{Call, Reply},
    canary::{CANARY, personal, quiet},
    drops::{Bomb, Watched},
    durable::Durable,
    every_end::{Told, every_end},
    gate::{Gate, soon, until},
    issuer::{Issuer, Says},
    log::Log,
    puppet::Puppet,
    raw::{Connection, read_reply},
    script::{Script, Seen, Step},
    server::Server,
    signing::{hex, hmac_sha256},
    stage::{NOW, Stage, now},
    store::{Fault, On, ScriptedStore},
    strict::Strict,
};
