//! Where data and exception events come from.

use super::{
    ByName,
    application::Application,
    interaction::InteractionEvent,
    members::{Extra, object},
};
use crate::time::UnixTime;

object! {
    /// Where a data or exception event comes from: a call of the Management API (with `path`,
    /// `method`, `status`, `params`, `matched_route`) or an end user's flow (with
    /// `interaction_event`, `session_id`, `application`). The same event name can have either.
    pub struct Envelope: show(status), extra {
        /// When the payload was built, as text; [`occurred_at`](Self::occurred_at) reads it.
        pub created_at: String = required "createdAt",
        /// The end user's flow.
        pub interaction_event: Option<InteractionEvent> = optional "interactionEvent",
        /// The caller of the API, or the end user's browser.
        pub user_agent: Option<String> = optional "userAgent",
        /// The end user's application.
        pub application_id: Option<String> = optional "applicationId",
        /// Instead of `application_id`, for clients whose id is a URL.
        pub cimd_client_id: Option<String> = optional "cimdClientId",
        /// The end user's flow: interaction events of it have the same id.
        pub session_id: Option<String> = optional "sessionId",
        /// The address of the caller, or of the end user.
        pub ip: Option<String> = optional "ip",
        /// The end user's application, with its name.
        pub application: Option<Application> = optional "application",
        /// The path that was called, without `/api`.
        pub path: Option<String> = optional "path",
        /// The method that it was called with.
        pub method: Option<String> = optional "method",
        /// The status that the caller got.
        pub status: Option<u16> = optional "status",
        /// The route's parameters. Some routes have a stray `"0"` with the rest of the path (known).
        pub params: Option<ByName<String>> = optional "params",
        /// The route, such as `/users/:userId`.
        pub matched_route: Option<String> = optional "matchedRoute",
    }
}

impl Envelope {
    /// An envelope of neither origin.
    pub fn new(created_at: UnixTime) -> Self {
        Self {
            created_at: created_at.to_rfc3339(),
            interaction_event: None,
            user_agent: None,
            application_id: None,
            cimd_client_id: None,
            session_id: None,
            ip: None,
            application: None,
            path: None,
            method: None,
            status: None,
            params: None,
            matched_route: None,
            extra: Extra::default(),
            unusual: Default::default(),
        }
    }

    /// When it happened: when the payload was built, shortly after. `None` when the text is no time.
    pub fn occurred_at(&self) -> Option<UnixTime> {
        UnixTime::from_rfc3339(&self.created_at)
    }

    /// The route parameter `name`.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.as_ref()?.get(name).map(String::as_str)
    }

    /// The id that the called route ends with: what was deleted, for `*.Deleted` events, which
    /// carry no data; the user, for a part of one.
    pub fn target_id(&self) -> Option<&str> {
        let mut segments = self.matched_route.as_deref()?.rsplit('/');
        let name = segments.find_map(|segment| segment.strip_prefix(':'))?;
        self.param(name)
    }
}
