//! What exception events tell, beside their envelope.

use super::{members::object, open_enum::open_enum};

object! {
    /// An identifier is blocked after too many failed attempts.
    pub struct Lockout: show() {
        /// What kind of identifier it is.
        pub kind: IdentifierType = required "type",
        /// The identifier itself: personal data.
        pub value: String = required "value",
    }
}

object! {
    /// Messages to one recipient were held back.
    pub struct RateLimited: show() {
        /// What the messages were for.
        pub action: RateLimitedAction = required "action",
        /// The address or number that they were for: personal data.
        pub recipient: String = required "recipient",
    }
}

object! {
    /// A user's oldest grants of an application were revoked.
    pub struct GrantLimit: show() {
        /// The user.
        pub user_id: String = required "userId",
        /// The grants that were revoked.
        pub revoked_grant_ids: Vec<String> = required "revokedGrantIds",
        /// How many grants the application allows.
        pub max_allowed_grants: u64 = required "maxAllowedGrants",
        /// How many there were.
        pub pre_revocation_active_grant_count: u64 = required "preRevocationActiveGrantCount",
    }
}

open_enum! {
    /// What kind of identifier a user signs in with.
    pub enum IdentifierType {
        /// A user name.
        Username = "username",
        /// An e-mail address.
        Email = "email",
        /// A phone number.
        Phone = "phone",
    }
}

open_enum! {
    /// What a message was for.
    pub enum RateLimitedAction {
        /// A one-time code.
        VerificationCodeSend = "VerificationCodeSend",
    }
}
