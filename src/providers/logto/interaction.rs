//! Events of an end user's flow: registration, sign-in, password reset.

use super::{Json, application::Application, members::object, open_enum::open_enum, user::User};
use crate::time::UnixTime;

object! {
    /// What an end user has done.
    pub struct Interaction: show(hook_id), extra {
        /// The flow. Absent in the payload that the console's test button sends (known).
        pub interaction_event: Option<InteractionEvent> = optional "interactionEvent",
        /// When the payload was built, as text; [`occurred_at`](Self::occurred_at) reads it.
        pub created_at: String = required "createdAt",
        /// The flow's id: data and exception events of the same flow have it too.
        pub session_id: String = required "sessionId",
        /// The end user's browser; Logto reads its bytes as Latin-1 (known).
        pub user_agent: Option<String> = optional "userAgent",
        /// The user's id.
        pub user_id: String = required "userId",
        /// The end user's address, as far as the proxies before Logto are set up.
        pub user_ip: Option<String> = optional "userIp",
        /// The user, read when the event was sent; missing when they were gone by then.
        pub user: Option<User> = optional "user",
        /// The application that was used.
        pub application: Option<Application> = optional "application",
        /// Instead of `application`, for clients whose id is a URL.
        pub cimd_client_id: Option<String> = optional "cimdClientId",
        /// Why a second factor is asked for; only with `PostSignInAdaptiveMfaTriggered`.
        pub adaptive_mfa_result: Option<AdaptiveMfaResult> = optional "adaptiveMfaResult",
        /// The hook that sent the event.
        pub hook_id: String = required "hookId",
    }
}

impl Interaction {
    /// What `user` has done, with nothing said about browser and application.
    pub fn new(
        interaction_event: InteractionEvent,
        created_at: UnixTime,
        session_id: impl Into<String>,
        user: User,
        hook_id: impl Into<String>,
    ) -> Self {
        Self {
            interaction_event: Some(interaction_event),
            created_at: created_at.to_rfc3339(),
            session_id: session_id.into(),
            user_agent: None,
            user_id: user.id.clone(),
            user_ip: None,
            user: Some(user),
            application: None,
            cimd_client_id: None,
            adaptive_mfa_result: None,
            hook_id: hook_id.into(),
            extra: Default::default(),
            unusual: Default::default(),
        }
    }

    /// When it happened: when the payload was built, shortly after. `None` when the text is no time.
    pub fn occurred_at(&self) -> Option<UnixTime> {
        UnixTime::from_rfc3339(&self.created_at)
    }
}

object! {
    /// Why a sign-in looked unusual.
    pub struct AdaptiveMfaResult: show(), extra {
        /// Whether a second factor is asked for.
        pub requires_mfa: bool = required "requiresMfa",
        /// What looked unusual.
        pub triggered_rules: Vec<TriggeredRule> = required "triggeredRules",
    }
}

object! {
    /// One thing that looked unusual.
    pub struct TriggeredRule: show(), extra {
        /// Which rule it broke.
        pub rule: Rule = required "rule",
        /// What the rule saw, different for each: countries, distances, addresses.
        pub details: Option<Json> = optional "details",
    }
}

open_enum! {
    /// The flow that an end user was in.
    pub enum InteractionEvent {
        /// Signing in.
        SignIn = "SignIn",
        /// Registering.
        Register = "Register",
        /// Setting a new password.
        ForgotPassword = "ForgotPassword",
    }
}

open_enum! {
    /// A rule of adaptive multi-factor authentication.
    pub enum Rule {
        /// A country where the user has not been of late.
        NewCountry = "new_country",
        /// Farther from the last place than anybody travels.
        GeoVelocity = "geo_velocity",
        /// A long time without signing in.
        LongInactivity = "long_inactivity",
        /// An address that looks bad.
        UntrustedIp = "untrusted_ip",
    }
}
