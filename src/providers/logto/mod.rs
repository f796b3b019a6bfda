//! [Logto](https://logto.io), an identity provider: its webhooks tell what users do and what
//! administrators change.
//!
//! The facts behind these types were read in Logto's sources and seen on the wire (1.42.0 and the
//! commits after it); the recorded requests are in `tests/vectors/logto`. They are marked *known*
//! in the docs of the fields that they explain.
//!
//! - [`Event`] has a variant for each of the 31 event names; what fits none of them arrives as
//!   [`Event::Unrecognized`], with its name, its JSON and the reason.
//! - Interaction events are an [`Interaction`]: what an end user did.
//! - Data and exception events are a [`DataEvent`]: an [`Envelope`] and what it is about.
//! - Nothing is lost: members that this version does not know are in the `extra` of their object,
//!   and free-form JSON ([`Json`]) is kept as it was written.
//! - Nothing is shown: `Debug` prints ids, times and statuses only. Events are full of personal
//!   data; think before you log a field.

mod access_control;
mod application;
mod canonical;
#[cfg(feature = "logto-client")]
pub mod client;
mod data;
mod decode;
mod envelope;
mod event;
mod exception;
mod interaction;
mod merge;
mod name;
mod organization;
mod pack;
#[cfg(feature = "simulator")]
mod simulator;
mod trusted_device;
mod unrecognized;
mod user;
mod user_update;

#[cfg(feature = "simulator")]
pub use self::simulator::LogtoSimulator;
pub use self::{
    access_control::{Role, RoleScopes, RoleType, Scope},
    application::{Application, ApplicationType},
    data::DataEvent,
    decode::NotAnEvent,
    envelope::Envelope,
    event::Event,
    exception::{GrantLimit, IdentifierType, Lockout, RateLimited, RateLimitedAction},
    interaction::{AdaptiveMfaResult, Interaction, InteractionEvent, Rule, TriggeredRule},
    merge::digest_without_hook_id,
    name::EventName,
    organization::{
        Membership, Organization, OrganizationRole, OrganizationRoleScopes, OrganizationScope,
    },
    pack::Logto,
    trusted_device::TrustedDevice,
    unrecognized::Unrecognized,
    user::{Identity, User},
    user_update::UserUpdate,
};
pub use crate::json::{ByName, Extra, Json, Misfit};
use crate::json::{members, open_enum};
