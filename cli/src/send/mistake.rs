//! [`Mistake`]: what is wrong with a request on purpose.

use clap::Args;
use hookgate::simulator::Sent;

use super::{presented::Presented, sender::Sender};

/// What goes wrong.
#[derive(Args, Clone, Copy)]
pub(crate) struct Mistake {
    /// Change the body after it was signed; for senders that sign nothing, the credentials.
    #[arg(long)]
    pub(crate) tamper: bool,
    /// Sign a time that is too old for the receiver.
    #[arg(long)]
    pub(crate) stale: bool,
    /// Leave the signature away; for senders that sign nothing, the credentials.
    #[arg(long)]
    pub(crate) unsigned: bool,
}

impl Mistake {
    /// The request as it is sent: with the credentials, and with what is to be wrong.
    pub(crate) fn make(
        self,
        provider: &str,
        sender: &Sender,
        sent: Sent,
        presented: &Presented,
    ) -> Sent {
        let signs = !crate::credentials::proves_by_access(provider);
        let mut sent = sent;
        if self.tamper && signs {
            sent = if provider == "facephi" {
                with_changed_data(sent)
            } else {
                sent.with_tampered_body()
            };
        }
        if self.unsigned && signs {
            sent = if provider == "facephi" {
                without_signature_member(sent)
            } else {
                sender.unsigned(sent)
            };
        }
        if self.unsigned && !signs {
            return sent;
        }
        presented.iter().fold(sent, |sent, (name, value)| {
            let wrong = self.tamper && !signs;
            sent.with_header(
                name,
                if wrong {
                    changed(value)
                } else {
                    value.to_owned()
                },
            )
        })
    }
}

/// One more member, so that it is still JSON: a bit that breaks the JSON would be refused for that.
fn with_changed_data(sent: Sent) -> Sent {
    let body = String::from_utf8_lossy(&sent.body);
    let changed = if body.contains("\"data\":{}") {
        body.replacen("\"data\":{}", "\"data\":{\"tampered\":true}", 1)
    } else {
        body.replacen("\"data\":{", "\"data\":{\"tampered\":true,", 1)
    };
    sent.with_body(changed)
}

/// The simulator puts it before the data, among members that hold no other quotes of that kind.
fn without_signature_member(sent: Sent) -> Sent {
    let body = String::from_utf8_lossy(&sent.body).into_owned();
    let cut = body
        .split_once("\"signature\":\"")
        .and_then(|(head, tail)| {
            let (_, tail) = tail.split_once('"')?;
            Some(match tail.strip_prefix(',') {
                Some(tail) => format!("{head}{tail}"),
                None => format!("{}{tail}", head.trim_end_matches(',')),
            })
        });
    match cut {
        Some(body) => sent.with_body(body),
        None => sent,
    }
}

/// Well-formed, and not what it was: its last letter or digit is another one.
fn changed(value: &str) -> String {
    let mut characters: Vec<char> = value.chars().collect();
    if let Some(last) = characters
        .iter_mut()
        .rev()
        .skip(2)
        .find(|character| character.is_ascii_alphanumeric())
    {
        *last = if *last == 'A' { 'B' } else { 'A' };
    } else {
        characters.push('A');
    }
    characters.into_iter().collect()
}
