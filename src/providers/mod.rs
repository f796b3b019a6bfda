//! Packs: what is known of each sender, and how its deliveries become events.

pub mod idcloud;
pub mod logto;
pub mod preset;
pub mod unico_check;
