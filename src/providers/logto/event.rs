//! Logto's events, one type for each name.

use std::fmt;

use serde::{Serialize, Serializer, de::MapAccess, ser::SerializeMap};

use super::{
    access_control::{Role, RoleScopes, Scope},
    data::{About, DataEvent},
    exception::{GrantLimit, Lockout, RateLimited},
    interaction::Interaction,
    members::{self, Open, WriteMembers},
    name::EventName,
    organization::{
        Membership, Organization, OrganizationRole, OrganizationRoleScopes, OrganizationScope,
    },
    trusted_device::TrustedDevice,
    unrecognized::Unrecognized,
    user::User,
    user_update::UserUpdate,
};
use crate::time::{EventTime, UnixTime};

/// The member that tells an event's type.
pub(super) const TAG: &str = "event";

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident($type:ty),)+) => {
        /// An event, in the type that its name asks for.
        ///
        /// Serialised, it gives back the JSON that it was read from: every member with an equal
        /// value, unknown ones too, in an order of its own. `Debug` shows the name, the hook, the
        /// time and the status, and nothing else.
        #[derive(Clone)]
        #[non_exhaustive]
        pub enum Event {
            $($(#[$doc])* $name($type),)+
            /// A name that this version does not know, or members that do not fit the name's type.
            /// Not an error: handle what you can, ignore the rest. What the console's test button
            /// sends for data and exception events has the shape of no real one (known), so most of
            /// it arrives as this.
            Unrecognized(Unrecognized),
        }

        impl Event {
            /// The name, if it is known and the members fit.
            pub fn known_name(&self) -> Option<EventName> {
                match self {
                    $(Self::$name(_) => Some(EventName::$name),)+
                    Self::Unrecognized(_) => None,
                }
            }

            /// Reads what is left of an object whose name is already known.
            pub(super) fn read<'de, A: MapAccess<'de>>(
                name: EventName,
                map: &mut A,
            ) -> Result<Self, A::Error> {
                match name {
                    $(EventName::$name => members::read(map).map(Self::$name),)+
                }
            }

            pub(super) fn extra_mut(&mut self) -> Option<&mut members::Extra> {
                match self {
                    $(Self::$name(event) => Some(event.extra_mut()),)+
                    Self::Unrecognized(_) => None,
                }
            }

            fn facts(&self) -> &dyn Facts {
                match self {
                    $(Self::$name(event) => event,)+
                    Self::Unrecognized(event) => event,
                }
            }
        }

        impl Serialize for Event {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$name(event) => write(EventName::$name, event, serializer),)+
                    Self::Unrecognized(event) => event.raw.serialize(serializer),
                }
            }
        }
    };
}

events! {
    /// A user has registered.
    PostRegister(Interaction),
    /// A user has signed in.
    PostSignIn(Interaction),
    /// A sign-in looked unusual and a second factor is asked for. `PostSignIn` with the same
    /// session follows once it was given.
    PostSignInAdaptiveMfaTriggered(Interaction),
    /// A user has set a new password.
    PostResetPassword(Interaction),
    /// A user was created.
    UserCreated(DataEvent<User>),
    /// A user was deleted: the user as they were.
    UserDeleted(DataEvent<User>),
    /// A user, or a part of one, has changed.
    UserDataUpdated(DataEvent<UserUpdate>),
    /// A user was suspended or let in again.
    UserSuspensionStatusUpdated(DataEvent<User>),
    /// A role was created.
    RoleCreated(DataEvent<Role>),
    /// A role was deleted.
    RoleDeleted(DataEvent<()>),
    /// A role has changed.
    RoleDataUpdated(DataEvent<Role>),
    /// A role was given or lost scopes. Arrives before the role's creation, if that was one call.
    RoleScopesUpdated(DataEvent<RoleScopes>),
    /// A scope was created.
    ScopeCreated(DataEvent<Scope>),
    /// A scope was deleted.
    ScopeDeleted(DataEvent<()>),
    /// A scope has changed.
    ScopeDataUpdated(DataEvent<Scope>),
    /// An organization was created.
    OrganizationCreated(DataEvent<Organization>),
    /// An organization was deleted.
    OrganizationDeleted(DataEvent<()>),
    /// An organization has changed.
    OrganizationDataUpdated(DataEvent<Organization>),
    /// Users or applications have joined or left an organization.
    OrganizationMembershipUpdated(DataEvent<Membership>),
    /// A role of the organization template was created.
    OrganizationRoleCreated(DataEvent<OrganizationRole>),
    /// A role of the organization template was deleted.
    OrganizationRoleDeleted(DataEvent<()>),
    /// A role of the organization template has changed.
    OrganizationRoleDataUpdated(DataEvent<OrganizationRole>),
    /// A role of the organization template was given or lost scopes.
    OrganizationRoleScopesUpdated(DataEvent<OrganizationRoleScopes>),
    /// A scope of the organization template was created.
    OrganizationScopeCreated(DataEvent<OrganizationScope>),
    /// A scope of the organization template was deleted.
    OrganizationScopeDeleted(DataEvent<()>),
    /// A scope of the organization template has changed.
    OrganizationScopeDataUpdated(DataEvent<OrganizationScope>),
    /// A user trusts a device.
    TrustedDeviceCreated(DataEvent<TrustedDevice>),
    /// A user no longer trusts a device.
    TrustedDeviceDeleted(DataEvent<TrustedDevice>),
    /// An identifier is blocked.
    IdentifierLockout(DataEvent<Lockout>),
    /// Messages to one recipient were held back.
    MessageRateLimited(DataEvent<RateLimited>),
    /// A user's oldest grants were revoked.
    GrantLimitExceeded(DataEvent<GrantLimit>),
}

impl Event {
    /// The event's name as it was sent.
    pub fn name(&self) -> &str {
        match self {
            Self::Unrecognized(event) => &event.name,
            known => known.label(),
        }
    }

    /// The event's name if it is known, otherwise `other`: bounded, fit for a metric label.
    pub fn label(&self) -> &'static str {
        let name = match self {
            Self::Unrecognized(event) => EventName::from_text(&event.name),
            known => known.known_name(),
        };
        name.map_or("other", EventName::as_str)
    }

    /// When it happened, as Logto signed it: the same in every copy. `None` without such a time.
    pub fn created_at(&self) -> Option<UnixTime> {
        self.time().at()
    }

    /// The same, where one that cannot be read is told from none.
    pub(super) fn time(&self) -> EventTime {
        self.facts().time()
    }

    /// The hook that sent it.
    pub fn hook_id(&self) -> Option<&str> {
        self.facts().hook_id()
    }

    /// The end user's flow that it belongs to.
    pub fn session_id(&self) -> Option<&str> {
        self.facts().session_id()
    }

    /// The user whom it is about, where it is about one.
    pub fn user_id(&self) -> Option<&str> {
        self.facts().user_id()
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = self.facts();
        f.debug_struct("Event")
            .field("name", &self.name())
            .field("hook_id", &facts.hook_id())
            .field("created_at", &facts.time().at())
            .field("status", &facts.status())
            .finish_non_exhaustive()
    }
}

fn write<T: WriteMembers + Open, S: Serializer>(
    name: EventName,
    event: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry(TAG, name.as_str())?;
    event.write(&mut map)?;
    members::write_extra(event.extra(), &mut map)?;
    map.end()
}

/// What every event can be asked.
pub(in crate::providers) trait Facts {
    fn time(&self) -> EventTime;
    fn hook_id(&self) -> Option<&str>;
    fn session_id(&self) -> Option<&str>;
    fn user_id(&self) -> Option<&str>;
    fn status(&self) -> Option<u16>;
}

impl Facts for Interaction {
    fn time(&self) -> EventTime {
        EventTime::of_rfc3339(&self.created_at)
    }

    fn hook_id(&self) -> Option<&str> {
        Some(&self.hook_id)
    }

    fn session_id(&self) -> Option<&str> {
        Some(&self.session_id)
    }

    fn user_id(&self) -> Option<&str> {
        Some(&self.user_id)
    }

    fn status(&self) -> Option<u16> {
        None
    }
}

impl<T: About> Facts for DataEvent<T> {
    fn time(&self) -> EventTime {
        EventTime::of_rfc3339(&self.envelope.created_at)
    }

    fn hook_id(&self) -> Option<&str> {
        Some(&self.hook_id)
    }

    fn session_id(&self) -> Option<&str> {
        self.envelope.session_id.as_deref()
    }

    fn user_id(&self) -> Option<&str> {
        self.data.user_id(&self.envelope)
    }

    fn status(&self) -> Option<u16> {
        self.envelope.status
    }
}
