//! How objects with known and unknown members are read and written without loss, in one pass.
//!
//! serde's own `flatten` would keep unknown members too, but buffers the whole object first. Here
//! each member is read straight into its place, and what nobody claims goes to [`Extra`]. An object
//! can be composed of others (an event and its envelope): each part is asked in turn whether a
//! member is its own.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serializer,
    de::{self, MapAccess, Visitor},
    ser::SerializeMap,
};

use super::value::{ByName, Json};

/// The members of an object that this version does not know, each as it was written.
///
/// Part of every type that is read so, and written back with it: nothing that a newer sender adds is lost.
/// Empty, it costs no allocation. `Debug` shows how many there are.
pub type Extra = ByName<Json>;

/// A type that is read from, and written as, members of an object.
pub(crate) trait Members<'de>: Sized {
    /// What has been read so far.
    type Slots: Default;

    /// Reads the value of the member `name`, unless the member is not one of this type.
    fn take<A: MapAccess<'de>>(
        slots: &mut Self::Slots,
        name: &str,
        map: &mut A,
    ) -> Result<Taken, A::Error>;

    /// All members are read.
    fn finish<E: de::Error>(slots: Self::Slots) -> Result<Self, E>;
}

/// The other direction of [`Members`]; it needs no lifetime.
pub(crate) trait WriteMembers {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;
}

/// A type that keeps the members that nobody claims.
pub(crate) trait Open {
    fn extra(&self) -> &Extra;
    fn extra_mut(&mut self) -> &mut Extra;
}

/// Whether a member was one of a type's own.
#[derive(PartialEq, Eq)]
pub(crate) enum Taken {
    Yes,
    No,
}

/// Reads what is left of an object.
pub(crate) fn read<'de, T: Members<'de> + Open, A: MapAccess<'de>>(
    map: &mut A,
) -> Result<T, A::Error> {
    let mut slots = T::Slots::default();
    let mut extra = Extra::default();
    while let Some(Name(name)) = map.next_key()? {
        if T::take(&mut slots, &name, map)? == Taken::No
            && extra.insert(name, map.next_value()?).is_some()
        {
            return Err(repeated());
        }
    }
    let mut object = T::finish(slots)?;
    *object.extra_mut() = extra;
    Ok(object)
}

/// Puts the value of a member into its place, which must still be empty.
pub(crate) fn fill<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    slot: &mut Option<T>,
    map: &mut A,
) -> Result<Taken, A::Error> {
    match slot.replace(map.next_value()?) {
        None => Ok(Taken::Yes),
        Some(_) => Err(repeated()),
    }
}

/// Errors name no member: an unknown one's name is the sender's text.
pub(crate) fn repeated<E: de::Error>() -> E {
    E::custom("a member is repeated")
}

/// A member's name, borrowed from the body unless it has escapes.
pub(crate) struct Name<'de>(pub(crate) Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

/// Reads a whole object.
pub(crate) struct Object<T>(pub(crate) PhantomData<T>);

impl<'de, T: Members<'de> + Open> Visitor<'de> for Object<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        read(&mut map)
    }
}

/// Writes a whole object, the unknown members last.
pub(crate) fn write<T: WriteMembers + Open, S: Serializer>(
    object: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    object.write(&mut map)?;
    write_extra(object.extra(), &mut map)?;
    map.end()
}

pub(crate) fn write_extra<M: SerializeMap>(extra: &Extra, map: &mut M) -> Result<(), M::Error> {
    extra
        .iter()
        .try_for_each(|(name, value)| map.serialize_entry(name, value))
}

/// Options that were written the other way than this kind of member usually is: `null` where the
/// sender leaves a member out, or left out where it sends `null`. One bit a member, so that writing
/// gives back what was read.
#[derive(Clone, Copy, Default)]
pub(crate) struct Unusual(u32);

impl Unusual {
    pub(crate) fn mark(&mut self, member: u32) {
        self.0 |= 1_u32.checked_shl(member).unwrap_or(0);
    }

    pub(crate) fn is_marked(self, member: u32) -> bool {
        self.0 & 1_u32.checked_shl(member).unwrap_or(0) != 0
    }
}

/// Declares a struct whose members are read and written without loss.
///
/// Each member has its name in JSON and one of three kinds: `required`; `nullable`, an `Option`
/// whose `None` is written as `null`; `optional`, an `Option` whose `None` is left out. `show`
/// lists what `Debug` prints: everything else stays hidden, a member that is added later too.
/// `extra` makes it an object of its own; without, it is part of an object that is [`Open`].
///
/// ```text
/// object! {
///     /// A lock.
///     pub struct Lock: show(id), extra {
///         /// Its id.
///         pub id: String = required "id",
///         /// Who holds it.
///         pub held_by: Option<String> = nullable "heldBy",
///     }
/// }
/// ```
///
/// becomes
///
/// ```text
/// /// A lock.
/// #[derive(Clone)]
/// #[non_exhaustive]
/// pub struct Lock {
///     /// Its id.
///     pub id: String,
///     /// Who holds it.
///     pub held_by: Option<String>,
///     /// Members that this version does not know.
///     pub extra: Extra,
///     pub(crate) unusual: Unusual,
/// }
///
/// const _: () = {
///     enum Bit { id, held_by }
///
///     #[derive(Default)]
///     pub(crate) struct Slots { pub(crate) id: Option<String>, pub(crate) held_by: Option<Option<String>> }
///
///     impl<'de> Members<'de> for Lock {
///         type Slots = Slots;
///
///         fn take<A: MapAccess<'de>>(slots: &mut Slots, name: &str, map: &mut A) -> Result<Taken, A::Error> {
///             match name {
///                 "id" => fill(&mut slots.id, map),
///                 "heldBy" => fill(&mut slots.held_by, map),
///                 _ => Ok(Taken::No),
///             }
///         }
///
///         fn finish<E: de::Error>(slots: Slots) -> Result<Self, E> {
///             let mut unusual = Unusual::default();
///             Ok(Self {
///                 id: slots.id.ok_or_else(|| E::missing_field("id"))?,
///                 held_by: slots.held_by.unwrap_or_else(|| { unusual.mark(Bit::held_by as u32); None }),
///                 extra: Extra::default(),
///                 unusual,
///             })
///         }
///     }
///
///     // WriteMembers and Debug in the same manner; with `extra` also Open, Deserialize, Serialize
/// };
/// ```
macro_rules! object {
    (
        $(#[$doc:meta])*
        pub struct $name:ident: show($($shown:ident),*) $(, $extra:ident)? {
            $(
                $(#[$member_doc:meta])*
                pub $member:ident: $type:ty = $kind:ident $wire:literal,
            )+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$member_doc])* pub $member: $type,)+
            $(
                /// Members that this version does not know.
                pub $extra: $crate::json::Extra,
            )?
            #[allow(dead_code)] // where all members are required
            unusual: $crate::json::members::Unusual,
        }

        const _: () = {
            use $crate::json::members::{self, Members, Taken, Unusual, WriteMembers};

            #[allow(non_camel_case_types, dead_code)] // required members need no bit
            enum Bit { $($member,)+ }

            #[derive(Default)]
            pub(crate) struct Slots { $(pub(crate) $member: Option<$type>,)+ }

            impl<'de> Members<'de> for $name {
                type Slots = Slots;

                fn take<A: serde::de::MapAccess<'de>>(
                    slots: &mut Slots,
                    name: &str,
                    map: &mut A,
                ) -> Result<Taken, A::Error> {
                    match name {
                        $($wire => members::fill(&mut slots.$member, map),)+
                        _ => Ok(Taken::No),
                    }
                }

                fn finish<E: serde::de::Error>(slots: Slots) -> Result<Self, E> {
                    #[allow(unused_mut)] // where all members are required
                    let mut unusual = Unusual::default();
                    Ok(Self {
                        $($member: members::settle!(
                            $kind $wire, slots.$member, unusual, Bit::$member as u32
                        ),)+
                        $($extra: Default::default(),)?
                        unusual,
                    })
                }
            }

            impl WriteMembers for $name {
                fn write<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                    $(members::emit!(
                        $kind $wire, self.$member, self.unusual, Bit::$member as u32, map
                    );)+
                    Ok(())
                }
            }

            $(members::open!($name, $extra);)?

            impl std::fmt::Debug for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.debug_struct(stringify!($name))
                        $(.field(stringify!($shown), &self.$shown))*
                        .finish_non_exhaustive()
                }
            }
        };
    };
}

/// Makes a struct an object of its own; see [`object!`].
macro_rules! open {
    ($name:ident, $extra:ident) => {
        impl members::Open for $name {
            fn extra(&self) -> &members::Extra {
                &self.$extra
            }

            fn extra_mut(&mut self) -> &mut members::Extra {
                &mut self.$extra
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_map(members::Object(std::marker::PhantomData))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                members::write(self, serializer)
            }
        }
    };
}

/// The value of a member once all are read; see [`object!`].
macro_rules! settle {
    (required $wire:literal, $slot:expr, $unusual:ident, $bit:expr) => {
        $slot.ok_or_else(|| serde::de::Error::missing_field($wire))?
    };
    (nullable $wire:literal, $slot:expr, $unusual:ident, $bit:expr) => {
        $slot.unwrap_or_else(|| {
            $unusual.mark($bit);
            None
        })
    };
    (optional $wire:literal, $slot:expr, $unusual:ident, $bit:expr) => {
        match $slot {
            Some(None) => {
                $unusual.mark($bit);
                None
            }
            Some(value) => value,
            None => None,
        }
    };
}

/// Writes one member; see [`object!`].
macro_rules! emit {
    (required $wire:literal, $value:expr, $unusual:expr, $bit:expr, $map:ident) => {
        $map.serialize_entry($wire, &$value)?
    };
    (nullable $wire:literal, $value:expr, $unusual:expr, $bit:expr, $map:ident) => {
        if $value.is_some() || !$unusual.is_marked($bit) {
            $map.serialize_entry($wire, &$value)?
        }
    };
    (optional $wire:literal, $value:expr, $unusual:expr, $bit:expr, $map:ident) => {
        if $value.is_some() || $unusual.is_marked($bit) {
            $map.serialize_entry($wire, &$value)?
        }
    };
}

pub(crate) use emit;
pub(crate) use object;
pub(crate) use open;
pub(crate) use settle;
