//! The lines that an operator copies into a shell: the page itself changes nothing.

use hookgate::framework::is_hidden;

/// How `hookgate inbox` is told of the inbox.
#[derive(Debug, Clone, Default)]
pub(crate) struct InboxArguments(Vec<String>);

impl InboxArguments {
    /// An argument that may hold a password is left out. The command then takes the address from its variable.
    pub(crate) fn of(arguments: impl IntoIterator<Item = String>) -> Self {
        // A user alone is no secret, and without its address the line would mean another inbox.
        let may_be_secret = |it: &String| {
            let login = it
                .split_once("://")
                .and_then(|(_, rest)| rest.rsplit_once('@'));
            login.is_some_and(|(login, _)| login.contains(':'))
                || it.to_ascii_lowercase().contains("password")
        };
        Self(
            arguments
                .into_iter()
                .filter(|it| !may_be_secret(it))
                .collect(),
        )
    }

    /// A line of `hookgate inbox`. `None` where a value has a character that a reader does not see, since nobody should copy
    /// what they cannot read.
    pub(crate) fn line(&self, words: &[&str], options: &[(&str, &str)]) -> Option<String> {
        let mut line = "hookgate inbox".to_owned();
        let named = self.0.iter().map(String::as_str);
        for word in named.chain(words.iter().copied()) {
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
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./:-,+=".contains(c);
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
        let at = InboxArguments::of(["sqlite:web hooks.db".to_owned()]);
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
            let line = InboxArguments::of([url.to_owned()]).line(&["status"], &[]);
            assert_eq!(line.as_deref(), Some("hookgate inbox status"));
        }
        // Its variable may name another inbox.
        for url in ["postgres://u@host/db", "sqlite:backup@monday.db"] {
            let line = InboxArguments::of([url.to_owned()]).line(&["status"], &[]);
            assert_eq!(line, Some(format!("hookgate inbox '{url}' status")));
        }
    }
}
