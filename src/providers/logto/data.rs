//! Data and exception events: an envelope, and what it is about.

use std::fmt;

use serde::{
    Serialize, Serializer,
    de::{self, MapAccess},
    ser::SerializeMap,
};

use super::{
    access_control::{Role, RoleScopes, Scope},
    envelope::Envelope,
    exception::{GrantLimit, Lockout, RateLimited},
    members::{self, Extra, Members, Open, Taken, WriteMembers},
    organization::{
        Membership, Organization, OrganizationRole, OrganizationRoleScopes, OrganizationScope,
    },
    trusted_device::TrustedDevice,
    user::User,
};

/// A data or exception event.
///
/// `T` is what Logto sends under `data`, such as [`User`]. For events with members of their own beside the
/// envelope it is those, such as [`Membership`]. Where there is neither it is `()`, and
/// [`Envelope::target_id`] tells what was deleted.
#[derive(Clone)]
#[non_exhaustive]
pub struct DataEvent<T> {
    /// Where the event comes from.
    pub envelope: Envelope,
    /// What it is about.
    pub data: T,
    /// The hook that sent it.
    pub hook_id: String,
}

impl<T> DataEvent<T> {
    /// Puts an event together.
    pub fn new(envelope: Envelope, data: T, hook_id: impl Into<String>) -> Self {
        Self {
            envelope,
            data,
            hook_id: hook_id.into(),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for DataEvent<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataEvent")
            .field("envelope", &self.envelope)
            .field("data", &self.data)
            .field("hook_id", &self.hook_id)
            .finish()
    }
}

/// What has been read of an envelope so far.
pub(super) type EnvelopeSlots<'de> = <Envelope as Members<'de>>::Slots;

/// What a [`DataEvent`] is about, on its way out of JSON.
pub(crate) trait ReadAbout<'de>: Sized {
    /// What has been read so far.
    type Slots: Default;

    /// Reads the value of the member `name`, unless the member belongs to others. `envelope` is
    /// what came before.
    fn take<A: MapAccess<'de>>(
        slots: &mut Self::Slots,
        envelope: &EnvelopeSlots<'de>,
        name: &str,
        map: &mut A,
    ) -> Result<Taken, A::Error>;

    /// All members are read, those of the envelope too.
    fn finish<E: de::Error>(slots: Self::Slots, envelope: &Envelope) -> Result<Self, E>;
}

/// What a [`DataEvent`] is about, on its way into JSON.
pub(super) trait About {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;

    /// The user whom the event is about, if it is about one.
    fn user_id<'a>(&'a self, _: &'a Envelope) -> Option<&'a str> {
        None
    }
}

/// The last member of real events.
const HOOK_ID: &str = "hookId";

impl<'de, T: ReadAbout<'de>> Members<'de> for DataEvent<T> {
    type Slots = (EnvelopeSlots<'de>, T::Slots, Option<String>);

    fn take<A: MapAccess<'de>>(
        (envelope, data, hook_id): &mut Self::Slots,
        name: &str,
        map: &mut A,
    ) -> Result<Taken, A::Error> {
        if name == HOOK_ID {
            return members::fill(hook_id, map);
        }
        match T::take(data, envelope, name, map)? {
            Taken::Yes => Ok(Taken::Yes),
            Taken::No => Envelope::take(envelope, name, map),
        }
    }

    fn finish<E: de::Error>((envelope, data, hook_id): Self::Slots) -> Result<Self, E> {
        let envelope = Envelope::finish(envelope)?;
        let data = T::finish(data, &envelope)?;
        let hook_id = hook_id.ok_or_else(|| E::missing_field(HOOK_ID))?;
        Ok(Self {
            envelope,
            data,
            hook_id,
        })
    }
}

impl<T: About> WriteMembers for DataEvent<T> {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        self.envelope.write(map)?;
        self.data.write(map)?;
        map.serialize_entry(HOOK_ID, &self.hook_id)
    }
}

impl<T> Open for DataEvent<T> {
    fn extra(&self) -> &Extra {
        &self.envelope.extra
    }

    fn extra_mut(&mut self) -> &mut Extra {
        &mut self.envelope.extra
    }
}

/// Without the event's name, which the type does not know: that is [`Event`](super::Event)'s.
impl<T: About> Serialize for DataEvent<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        members::write(self, serializer)
    }
}

/// The member that most data events have.
pub(super) const DATA: &str = "data";

/// Types that stand under `data`, each with the field that is a user's id, if it has one.
macro_rules! under_data {
    ($($type:ident $(: $user_id:ident)?,)+) => {$(
        impl<'de> ReadAbout<'de> for $type {
            type Slots = Option<Self>;

            fn take<A: MapAccess<'de>>(
                slot: &mut Option<Self>,
                _: &EnvelopeSlots<'de>,
                name: &str,
                map: &mut A,
            ) -> Result<Taken, A::Error> {
                match name {
                    DATA => members::fill(slot, map),
                    _ => Ok(Taken::No),
                }
            }

            fn finish<E: de::Error>(slot: Option<Self>, _: &Envelope) -> Result<Self, E> {
                slot.ok_or_else(|| E::missing_field(DATA))
            }
        }

        impl About for $type {
            fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                map.serialize_entry(DATA, self)
            }

            $(
                fn user_id<'a>(&'a self, _: &'a Envelope) -> Option<&'a str> {
                    Some(&self.$user_id)
                }
            )?
        }
    )+};
}

/// Types whose members are members of the event itself.
macro_rules! beside_envelope {
    ($($type:ident $(: $user_id:ident)?,)+) => {$(
        impl<'de> ReadAbout<'de> for $type {
            type Slots = <Self as Members<'de>>::Slots;

            fn take<A: MapAccess<'de>>(
                slots: &mut Self::Slots,
                _: &EnvelopeSlots<'de>,
                name: &str,
                map: &mut A,
            ) -> Result<Taken, A::Error> {
                <Self as Members>::take(slots, name, map)
            }

            fn finish<E: de::Error>(slots: Self::Slots, _: &Envelope) -> Result<Self, E> {
                <Self as Members>::finish(slots)
            }
        }

        impl About for $type {
            fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                WriteMembers::write(self, map)
            }

            $(
                fn user_id<'a>(&'a self, _: &'a Envelope) -> Option<&'a str> {
                    Some(&self.$user_id)
                }
            )?
        }
    )+};
}

under_data! {
    User: id,
    Role,
    Scope,
    Organization,
    OrganizationRole,
    OrganizationScope,
    TrustedDevice: user_id,
}

beside_envelope! {
    RoleScopes,
    OrganizationRoleScopes,
    Membership,
    Lockout,
    RateLimited,
    GrantLimit: user_id,
}

/// Nothing: `data`, should it ever come, is kept in the envelope's `extra`.
impl<'de> ReadAbout<'de> for () {
    type Slots = ();

    fn take<A: MapAccess<'de>>(
        _: &mut (),
        _: &EnvelopeSlots<'de>,
        _: &str,
        _: &mut A,
    ) -> Result<Taken, A::Error> {
        Ok(Taken::No)
    }

    fn finish<E: de::Error>(_: (), _: &Envelope) -> Result<Self, E> {
        Ok(())
    }
}

impl About for () {
    fn write<M: SerializeMap>(&self, _: &mut M) -> Result<(), M::Error> {
        Ok(())
    }
}
