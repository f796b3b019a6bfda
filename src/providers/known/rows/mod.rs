//! The rows: a file for each sender, and the list of all.

/// Makes the constructors of a sender that needs no pack of its own, under its documentation.
///
/// ```text
/// preset! {
///     /// GitHub.
///     github = GITHUB
/// }
/// ```
///
/// becomes
///
/// ```text
/// impl Preset {
///     /// GitHub.
///     pub fn github(keys: impl Into<Keys>) -> Self {
///         Self::of(&GITHUB, keys)
///     }
/// }
///
/// #[cfg(feature = "simulator")]
/// impl PresetSimulator {
///     /// Sends what `Preset::github` takes.
///     pub fn github(secret: impl AsRef<[u8]>) -> Self {
///         Self::of(&GITHUB, secret)
///     }
/// }
/// ```
macro_rules! preset {
    ($(#[$doc:meta])* $name:ident = $row:ident) => {
        impl $crate::providers::preset::Preset {
            $(#[$doc])*
            pub fn $name(keys: impl Into<$crate::tenants::Keys>) -> Self {
                Self::of(&$row, keys)
            }
        }

        #[cfg(feature = "simulator")]
        impl $crate::providers::preset::PresetSimulator {
            #[doc = concat!(
                "Sends what [`Preset::", stringify!($name), "`](crate::providers::preset::Preset::",
                stringify!($name), ") takes."
            )]
            pub fn $name(secret: impl AsRef<[u8]>) -> Self {
                Self::of(&$row, secret)
            }
        }
    };
}

pub(in crate::providers) mod facephi;
mod github;
mod idcloud;
mod linear;
mod logto;
mod shopify;
mod slack;
mod standard_webhooks;
mod stripe;
mod unico_check;

#[cfg(feature = "simulator")]
pub(in crate::providers) use self::standard_webhooks::SVIX;
pub(in crate::providers) use self::{idcloud::IDCLOUD, logto::LOGTO, unico_check::UNICO_CHECK};
use super::KnownSender;

/// Every sender that is known. Of two that share a mark the surer one comes first.
pub static ALL: &[&KnownSender] = &[
    &LOGTO,
    &facephi::FACEPHI,
    &IDCLOUD,
    &UNICO_CHECK,
    &standard_webhooks::SVIX,
    &standard_webhooks::STANDARD_WEBHOOKS,
    &github::GITHUB,
    &stripe::STRIPE,
    &slack::SLACK,
    &shopify::SHOPIFY,
    &linear::LINEAR,
];
