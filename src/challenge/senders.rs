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
