//! The lines that an operator copies into a shell: the page itself changes nothing.

use hookgate::framework::is_hidden;

/// The inbox as `hookgate inbox` is told of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct InboxAddress(Option<String>);

impl InboxAddress {
    /// An address that may hold a password is not shown. The command then takes it from its variable.
    pub(crate) fn of(url: &str) -> Self {
        let may_be_secret = url.contains('@') || url.to_ascii_lowercase().contains("password");
        Self((!may_be_secret).then(|| url.to_owned()))
    }

    /// A line of `hookgate inbox`. `None` where a value has a character that a reader does not see, since nobody should copy
    /// what they cannot read.
    pub(crate) fn line(&self, words: &[&str], options: &[(&str, &str)]) -> Option<String> {
        let mut line = "hookgate inbox".to_owned();
        for word in self.0.as_deref().iter().chain(words) {
            line.push(' ');
            line.push_str(&quoted(word)?);
        }
        for (name, value) in options {
            // In one word, so that a value that begins with `-` is no option.
            line.push_str(" --");
            line.push_str(name);
            line.push('=');
            line.push_str(&quoted(value)?);
        }
        Some(line)
    }
}

/// A word of a POSIX shell.
fn quoted(word: &str) -> Option<String> {
    if word.chars().any(is_hidden) {
        return None;
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./:-,+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return Some(word.to_owned());
    }
    Some(format!("'{}'", word.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_one_word_of_the_shell_and_never_an_option() {
        let at = InboxAddress::of("sqlite:web hooks.db");
        let line = at.line(
            &["replay"],
            &[("endpoint", "-x"), ("type", "a'b; rm -rf $HOME `id`")],
        );
        let expected = r"hookgate inbox 'sqlite:web hooks.db' replay --endpoint=-x --type='a'\''b; rm -rf $HOME `id`'";
        assert_eq!(line.as_deref(), Some(expected));
        assert_eq!(at.line(&["replay"], &[("type", "a\u{202e}b")]), None);
        assert_eq!(at.line(&["replay"], &[("type", "a\nid")]), None);
        assert_eq!(
            at.line(&[], &[("why", "")]).as_deref(),
            Some("hookgate inbox 'sqlite:web hooks.db' --why=''")
        );
    }

    #[test]
    fn an_address_that_may_hold_a_password_is_not_shown() {
        for url in [
            "postgres://u:p@host/db",
            "postgres:///db?password=p",
            "postgres:///db?PASSWORD=p",
        ] {
            let line = InboxAddress::of(url).line(&["status"], &[]);
            assert_eq!(line.as_deref(), Some("hookgate inbox status"));
        }
    }
}
