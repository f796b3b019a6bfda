//! [`Mistake`]: a fault that is put into a request on purpose.

use clap::Args;
use hookgate::simulator::Sent;

use super::{presented::Presented, sender::Sender};

/// What goes wrong.
#[derive(Args, Clone, Copy)]
pub(crate) struct Mistake {
    /// Change the body after it was signed. For senders that sign nothing, change the credentials.
    #[arg(long)]
    pub(crate) tamper: bool,
    /// Sign a time that is too old for the receiver.
    #[arg(long)]
    pub(crate) stale: bool,
    /// Leave the signature out. For senders that sign nothing, leave out the credentials.
    #[arg(long)]
    pub(crate) unsigned: bool,
}

impl Mistake {
    /// The request as it is sent, with the credentials and with the mistake.
    pub(crate) fn make(self, sender: &Sender, sent: Sent, presented: &Presented) -> Sent {
        let signs = sender.signs();
        let mut sent = sent;
        if self.tamper && signs {
            sent = match sender.by_another_key(&sent) {
                Some(wrong) => wrong,
                None => sent.with_tampered_body(),
            };
        }
        if self.unsigned && signs {
            sent = sender.unsigned(sent);
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

/// Well-formed, and different: its last letter or digit is another one.
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
