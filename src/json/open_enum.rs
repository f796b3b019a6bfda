//! Enums that a newer Logto may extend.

/// Declares an enum of texts whose last variant, `Other`, keeps any text that is not known.
///
/// `Debug` prints known values only: an unknown one is the sender's text.
///
/// ```text
/// open_enum! {
///     /// A colour.
///     pub enum Colour {
///         /// Like the sky.
///         Blue = "blue",
///     }
/// }
/// ```
///
/// becomes
///
/// ```text
/// /// A colour.
/// #[derive(Clone, PartialEq, Eq, Hash)]
/// #[non_exhaustive]
/// pub enum Colour {
///     /// Like the sky.
///     Blue,
///     /// A value that this version does not know.
///     Other(String),
/// }
///
/// impl Colour {
///     /// The text in JSON.
///     pub fn as_str(&self) -> &str {
///         match self { Self::Blue => "blue", Self::Other(text) => text }
///     }
/// }
///
/// // and known_text, From<&str>, Deserialize, Serialize, Debug
/// ```
macro_rules! open_enum {
    (
        $(#[$doc:meta])*
        pub enum $name:ident {
            $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A value that this version does not know.
            Other(String),
        }

        impl $name {
            /// The text in JSON.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }

            /// The text where it is known: a bounded set of labels.
            #[allow(dead_code)] // not every enum names events
            pub(super) fn known_text(&self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => Some($text),)+
                    Self::Other(_) => None,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let $crate::json::members::Name(text) =
                    serde::Deserialize::deserialize(deserializer)?;
                Ok(Self::from(&*text))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    Self::Other(_) => f.write_str("Other(..)"),
                    known => f.write_str(known.as_str()),
                }
            }
        }
    };
}

pub(crate) use open_enum;
