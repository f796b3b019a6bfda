//! Organizations and their template, as data events carry them.

use super::{Json, access_control::RoleType, members::object};

object! {
    /// An organization.
    pub struct Organization: show(id), extra {
        /// The tenant that it belongs to.
        pub tenant_id: String = required "tenantId",
        /// The organization's id.
        pub id: String = required "id",
        /// Its name.
        pub name: String = required "name",
        /// Its description.
        pub description: Option<String> = nullable "description",
        /// What the application keeps with it.
        pub custom_data: Json = required "customData",
        /// Whether members need a second factor.
        pub is_mfa_required: bool = required "isMfaRequired",
        /// Whether members may trust a device. Not in 1.42.0 (known).
        pub is_trusted_device_allowed: Option<bool> = optional "isTrustedDeviceAllowed",
        /// Colours of its sign-in page.
        pub color: Json = required "color",
        /// Logos of its sign-in page.
        pub branding: Json = required "branding",
        /// Style sheet of its sign-in page.
        pub custom_css: Option<String> = nullable "customCss",
        /// When it was created, in milliseconds since 1970.
        pub created_at: i64 = required "createdAt",
    }
}

object! {
    /// A role of the organization template.
    pub struct OrganizationRole: show(id), extra {
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
    }
}

object! {
    /// A scope (permission) of the organization template.
    pub struct OrganizationScope: show(id), extra {
        /// The tenant that it belongs to.
        pub tenant_id: String = required "tenantId",
        /// The scope's id.
        pub id: String = required "id",
        /// Its name, such as `invite:member`.
        pub name: String = required "name",
        /// Its description.
        pub description: Option<String> = nullable "description",
    }
}

object! {
    /// The scopes of a role of the organization template have changed.
    pub struct OrganizationRoleScopes: show() {
        /// The role, where it was created with scopes; otherwise it is in the route's parameters.
        pub organization_role_id: Option<String> = optional "organizationRoleId",
    }
}

object! {
    /// Who has joined or left an organization.
    ///
    /// Empty lists are left out, and flows through enterprise single sign-on tell the organization
    /// only: without any list, read the members anew. Each list is cut at 5,000 ids without a mark
    /// (known).
    pub struct Membership: show() {
        /// The organization.
        pub organization_id: String = required "organizationId",
        /// Users who have joined.
        pub added_user_ids: Option<Vec<String>> = optional "addedUserIds",
        /// Users who have left.
        pub removed_user_ids: Option<Vec<String>> = optional "removedUserIds",
        /// Applications that have joined.
        pub added_application_ids: Option<Vec<String>> = optional "addedApplicationIds",
        /// Applications that have left.
        pub removed_application_ids: Option<Vec<String>> = optional "removedApplicationIds",
    }
}
