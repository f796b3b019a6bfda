//! What tests share: a server, clients, a store and a handler that follow a script.

mod busy;
mod call;
mod canary;
mod decoded;
mod drops;
mod durable;
mod endless;
pub(crate) mod endpoint;
mod every_end;
pub(crate) mod facephi;
mod gate;
mod issuer;
mod log;
pub(crate) mod logto;
pub(crate) mod presets;
mod puppet;
mod raw;
mod recorder;
mod script;
mod seen;
mod server;
mod signing;
pub(crate) mod sns;
mod stage;
pub(crate) mod standard_webhooks;
mod store;
mod strict;
mod vectors;

pub(crate) use self::{
    busy::{busy_app, busy_until},
    call::{Call, Reply},
    canary::{CANARY, personal, quiet},
    decoded::{decoded, decoded_by, event_key},
    drops::{Bomb, Watched},
    durable::Durable,
    endless::{endless, endless_spaces},
    every_end::{Told, every_end},
    gate::{Gate, at_once, poll, soon, until},
    issuer::{Issuer, Says},
    log::{Listening, Log},
    puppet::Puppet,
    raw::Connection,
    recorder::Recorded,
    script::{Script, Step},
    seen::{Counted, ENDPOINT, Refused, Seen},
    server::Server,
    signing::{hex, hmac_sha256},
    stage::{NOW, Stage, now},
    store::{CAUSE, Fault, On, ScriptedStore},
    strict::Strict,
    vectors::{Token, vector},
};
