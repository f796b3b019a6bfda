//! Users, as events carry them.

use super::{ByName, Json, members::object};
use crate::time::UnixTime;

object! {
    /// A user, with all that Logto knows of them: personal data in every field.
    pub struct User: show(id), extra {
        /// The user's id.
        pub id: String = required "id",
        /// The name that the user signs in with.
        pub username: Option<String> = nullable "username",
        /// The e-mail address that the user signs in with.
        pub primary_email: Option<String> = nullable "primaryEmail",
        /// The phone number that the user signs in with: digits, country code first.
        pub primary_phone: Option<String> = nullable "primaryPhone",
        /// The display name.
        pub name: Option<String> = nullable "name",
        /// The address of a picture.
        pub avatar: Option<String> = nullable "avatar",
        /// What the application keeps with the user. Integers beyond 2^53 come rounded (known).
        pub custom_data: Json = required "customData",
        /// Accounts at social and other connectors, by provider.
        pub identities: ByName<Identity> = required "identities",
        /// When the user last signed in, in milliseconds since 1970.
        pub last_sign_in_at: Option<i64> = nullable "lastSignInAt",
        /// When the user was created, in milliseconds since 1970.
        pub created_at: i64 = required "createdAt",
        /// When the user last changed, in milliseconds since 1970.
        pub updated_at: i64 = required "updatedAt",
        /// The standard OpenID Connect claims that were set.
        pub profile: Json = required "profile",
        /// The application that the user registered with.
        pub application_id: Option<String> = nullable "applicationId",
        /// Instead of `application_id`, for clients whose id is a URL. After 1.42.0 (known).
        pub cimd_client_id: Option<String> = nullable "cimdClientId",
        /// Whether the user is locked out.
        pub is_suspended: bool = required "isSuspended",
        /// Whether the user has a password; only where the Management API answers with it.
        pub has_password: Option<bool> = optional "hasPassword",
    }
}

impl User {
    /// A user of whom nothing but the id is known, created at `at`.
    pub fn new(id: impl Into<String>, at: UnixTime) -> Self {
        Self {
            id: id.into(),
            username: None,
            primary_email: None,
            primary_phone: None,
            name: None,
            avatar: None,
            custom_data: Json::default(),
            identities: ByName::default(),
            last_sign_in_at: None,
            created_at: at.as_millis(),
            updated_at: at.as_millis(),
            profile: Json::default(),
            application_id: None,
            cimd_client_id: None,
            is_suspended: false,
            has_password: None,
            extra: Default::default(),
            unusual: Default::default(),
        }
    }
}

object! {
    /// A user's account at a connector.
    pub struct Identity: show(), extra {
        /// The user's id over there.
        pub user_id: String = required "userId",
        /// What the connector told, third-party personal data among it.
        pub details: Option<Json> = optional "details",
    }
}
