//! Whose keys and rules count: one ring for every request, or those of the tenant that the request names.

mod key_source;
mod key_source_error;
mod keys;
mod look_ups;
mod named_keys;
mod place;
mod table;
mod tenant;

pub(crate) use self::table::Found;
pub use self::{
    key_source::KeySource,
    key_source_error::KeySourceError,
    keys::Keys,
    named_keys::{NamedKeySource, NamedKeys},
    table::{TenantName, Tenants},
    tenant::Tenant,
};
pub use crate::identity::TenantId;
