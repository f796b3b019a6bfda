//! Questions of senders without a row: give them to [`Preset::asked_by`](crate::providers::preset::Preset::asked_by).

use super::{AnswerAs, Question, Shape, TextAt};

/// Dropbox: a GET with `challenge`, which is repeated (dropbox.com/developers/reference/webhooks). That the text is base64url
/// of up to 256 characters is assumed.
pub const DROPBOX: Question = Question::unsigned(
    "GET",
    TextAt::Query("challenge"),
    Shape::token(1, 256),
    AnswerAs::Text,
);

/// monday: a POST whose JSON has a `challenge` and nothing else, which is repeated
/// (developer.monday.com/api-reference/docs/webhooks). That the text is ASCII letters and digits of up to 256 is assumed.
pub const MONDAY: Question = Question::unsigned(
    "POST",
    TextAt::Body("/challenge"),
    Shape::token(1, 256),
    AnswerAs::Member("challenge"),
);

/// Azure Event Grid in its own schema: a list with one event whose code is repeated
/// (learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema). In the schema of CloudEvents it
/// asks by `OPTIONS`: [`WebHooks`](super::WebHooks).
pub const EVENT_GRID: Question = Question::event(
    &[(
        "/eventType",
        "Microsoft.EventGrid.SubscriptionValidationEvent",
    )],
    TextAt::Body("/data/validationCode"),
    Shape::hex(32, 36),
    AnswerAs::Member("validationResponse"),
)
.in_list();
