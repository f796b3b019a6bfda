//! Roles and scopes, as data events carry them.

use super::{members::object, open_enum::open_enum};

object! {
    /// A role.
    pub struct Role: show(id), extra {
        /// The tenant that it belongs to.
        pub tenant_id: String = required "tenantId",
        /// The role's id.
        pub id: String = required "id",
        /// Its name.
        pub name: String = required "name",
        /// Its description.
        pub description: Option<String> = nullable "description",
        /// Who can have it.
        pub kind: RoleType = required "type",
        /// Whether new users get it.
        pub is_default: bool = required "isDefault",
    }
}

object! {
    /// A scope (permission) of an API resource.
    pub struct Scope: show(id), extra {
        /// The tenant that it belongs to.
        pub tenant_id: String = required "tenantId",
        /// The scope's id.
        pub id: String = required "id",
        /// The API resource that it is a scope of.
        pub resource_id: String = required "resourceId",
        /// Its name, such as `read:orders`.
        pub name: String = required "name",
        /// Its description.
        pub description: Option<String> = nullable "description",
        /// When it was created, in milliseconds since 1970.
        pub created_at: i64 = required "createdAt",
    }
}

object! {
    /// The scopes of a role have changed.
    pub struct RoleScopes: show() {
        /// The role, where it was created with scopes; otherwise it is in the route's parameters.
        pub role_id: Option<String> = optional "roleId",
        /// Scopes as the call answered them; absent when one was taken away.
        pub scopes: Option<Vec<Scope>> = optional "data",
    }
}

open_enum! {
    /// Who can have a role.
    pub enum RoleType {
        /// Users.
        User = "User",
        /// Applications that act for themselves.
        MachineToMachine = "MachineToMachine",
    }
}
