//! The names of Logto's events.

use std::fmt;

macro_rules! event_names {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// An event name that this version knows: what hooks subscribe to, what labels may show.
        ///
        /// Logto adds names; a newer one arrives as [`Event::Unrecognized`](super::Event).
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum EventName {
            $($(#[$doc])* $variant,)+
        }

        impl EventName {
            /// Every known name.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name as Logto writes it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// The name that is written `text`, if it is known.
            pub fn from_text(text: &str) -> Option<Self> {
                match text {
                    $($name => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

event_names! {
    /// A user has registered.
    PostRegister = "PostRegister",
    /// A user has signed in.
    PostSignIn = "PostSignIn",
    /// A sign-in looked unusual, and a second factor is asked for.
    PostSignInAdaptiveMfaTriggered = "PostSignInAdaptiveMfaTriggered",
    /// A user has set a new password through "forgot password".
    PostResetPassword = "PostResetPassword",
    /// A user was created.
    UserCreated = "User.Created",
    /// A user was deleted.
    UserDeleted = "User.Deleted",
    /// A user, their custom data or their profile has changed.
    UserDataUpdated = "User.Data.Updated",
    /// A user was suspended or let in again.
    UserSuspensionStatusUpdated = "User.SuspensionStatus.Updated",
    /// A role was created.
    RoleCreated = "Role.Created",
    /// A role was deleted.
    RoleDeleted = "Role.Deleted",
    /// A role has changed.
    RoleDataUpdated = "Role.Data.Updated",
    /// A role was given or lost scopes.
    RoleScopesUpdated = "Role.Scopes.Updated",
    /// A scope of an API resource was created.
    ScopeCreated = "Scope.Created",
    /// A scope of an API resource was deleted.
    ScopeDeleted = "Scope.Deleted",
    /// A scope of an API resource has changed.
    ScopeDataUpdated = "Scope.Data.Updated",
    /// An organization was created.
    OrganizationCreated = "Organization.Created",
    /// An organization was deleted.
    OrganizationDeleted = "Organization.Deleted",
    /// An organization has changed.
    OrganizationDataUpdated = "Organization.Data.Updated",
    /// Users or applications have joined or left an organization.
    OrganizationMembershipUpdated = "Organization.Membership.Updated",
    /// A role of the organization template was created.
    OrganizationRoleCreated = "OrganizationRole.Created",
    /// A role of the organization template was deleted.
    OrganizationRoleDeleted = "OrganizationRole.Deleted",
    /// A role of the organization template has changed.
    OrganizationRoleDataUpdated = "OrganizationRole.Data.Updated",
    /// A role of the organization template was given or lost scopes.
    OrganizationRoleScopesUpdated = "OrganizationRole.Scopes.Updated",
    /// A scope of the organization template was created.
    OrganizationScopeCreated = "OrganizationScope.Created",
    /// A scope of the organization template was deleted.
    OrganizationScopeDeleted = "OrganizationScope.Deleted",
    /// A scope of the organization template has changed.
    OrganizationScopeDataUpdated = "OrganizationScope.Data.Updated",
    /// A user trusts a device. Not in 1.42.0 (known).
    TrustedDeviceCreated = "TrustedDevice.Created",
    /// A user no longer trusts a device. Not in 1.42.0 (known).
    TrustedDeviceDeleted = "TrustedDevice.Deleted",
    /// Too many failed attempts: an identifier is blocked. Sent again at every attempt meanwhile.
    IdentifierLockout = "Identifier.Lockout",
    /// Too many messages to one recipient.
    MessageRateLimited = "Message.RateLimited",
    /// A user had more grants of an application than allowed; the oldest were revoked.
    GrantLimitExceeded = "Grant.LimitExceeded",
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
