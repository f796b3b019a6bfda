//! Packs: what is known of each sender, and how its deliveries become events.

#[cfg(any(feature = "idcloud-client", feature = "logto-client"))]
mod api;
pub mod cloudevents;
#[cfg(feature = "jwt")]
pub mod event_types;
pub mod facephi;
pub mod idcloud;
pub mod known;
pub mod logto;
pub mod preset;
#[cfg(feature = "public-keys")]
pub mod sns;
pub mod unico_check;

// The guides' programs compile.
#[cfg(all(doctest, feature = "jwt", feature = "simulator", feature = "testing"))]
#[doc = include_str!("../../docs/custom.md")]
mod custom_guide {}
#[cfg(doctest)]
#[doc = include_str!("../../docs/idcloud.md")]
mod idcloud_guide {}
#[cfg(doctest)]
#[doc = include_str!("../../docs/logto.md")]
mod logto_guide {}
#[cfg(all(doctest, feature = "sns"))]
#[doc = include_str!("../../docs/presets.md")]
mod presets_guide {}
#[cfg(all(doctest, feature = "jwt"))]
#[doc = include_str!("../../docs/unico-check.md")]
mod unico_check_guide {}
