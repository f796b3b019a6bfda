//! [`Message`]: what SNS signs of a message, and the text that it signs.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// The types of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageType {
    Notification,
    SubscriptionConfirmation,
    UnsubscribeConfirmation,
}

impl MessageType {
    const ALL: [Self; 3] = [
        Self::Notification,
        Self::SubscriptionConfirmation,
        Self::UnsubscribeConfirmation,
    ];

    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Notification => "Notification",
            Self::SubscriptionConfirmation => "SubscriptionConfirmation",
            Self::UnsubscribeConfirmation => "UnsubscribeConfirmation",
        }
    }
}

/// What SNS signs of a message. Each member has the form that [`forms`](super::forms) demands.
///
/// # One reading
///
/// The text is `name\nvalue\n` of one member after the other, and nothing escapes a line end in a value. Even so no two
/// messages have one text. Every value but that of `Message` stands on one line, so the text is read from its end. The
/// last line is the type, and says which other members there are. Only `Subject` may be there or not: the second line
/// before `Timestamp` is `Subject` then, and else `MessageId`. What is left is `Message` and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub(super) kind: MessageType,
    pub(super) id: &'a str,
    pub(super) topic: Cow<'a, str>,
    pub(super) timestamp: Cow<'a, str>,
    pub(super) message: Cow<'a, str>,
    /// Of a notification, where its publisher gave one.
    pub(super) subject: Option<Cow<'a, str>>,
    /// Of a confirmation: `SubscribeURL` and `Token`.
    pub(super) asks: Option<(Cow<'a, str>, Cow<'a, str>)>,
}

impl Message<'_> {
    /// The members that are signed, in the order in which they are ("Verifying the signatures of Amazon SNS messages").
    fn signed(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let subscribe_url = self.asks.as_ref().map(|(url, _)| &**url);
        let token = self.asks.as_ref().map(|(_, token)| &**token);
        [
            ("Message", Some(&*self.message)),
            ("MessageId", Some(self.id)),
            ("Subject", self.subject.as_deref()),
            ("SubscribeURL", subscribe_url),
            ("Timestamp", Some(&*self.timestamp)),
            ("Token", token),
            ("TopicArn", Some(&*self.topic)),
            ("Type", Some(self.kind.name())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }

    /// The text that is signed.
    pub(super) fn signed_text(&self) -> String {
        let mut text = String::with_capacity(self.message.len().saturating_add(512));
        for (name, value) in self.signed() {
            for part in [name, "\n", value, "\n"] {
                text.push_str(part);
            }
        }
        text
    }

    /// The JSON object of what is signed, and nothing else.
    pub(super) fn signed_json(&self) -> Vec<u8> {
        let members = self.signed();
        let members = members.map(|(name, value)| (name.to_owned(), Value::from(value)));
        Value::from(members.collect::<Map<_, _>>())
            .to_string()
            .into_bytes()
    }
}
