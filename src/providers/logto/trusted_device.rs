//! Trusted devices, as data events carry them.

use super::members::object;

object! {
    /// A device on which a user needs no second factor for a while.
    pub struct TrustedDevice: show(id), extra {
        /// The device's id.
        pub id: String = required "id",
        /// The user who trusts it.
        pub user_id: String = required "userId",
        /// When that ends, in milliseconds since 1970.
        pub expires_at: i64 = required "expiresAt",
    }
}
