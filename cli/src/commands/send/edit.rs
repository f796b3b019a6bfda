//! [`Edit`]: bodies of one's own.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use clap::Args;
use serde_json::Value;

use super::sender::{Event, Sender};

/// How the body differs from the simulator's.
#[derive(Args)]
pub(crate) struct Edit {
    /// Send this file as the body, for Facephi and CloudEvents as the event's `data`. `-` is standard input.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Change a member of the body (for Facephi and CloudEvents of its `data`): a path of names and indices, and JSON or
    /// plain text. May be repeated.
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Open the body in $EDITOR before it is signed.
    #[arg(long)]
    edit: bool,
}

impl Edit {
    /// Whether there is anything to do.
    pub(crate) fn is_empty(&self) -> bool {
        self.data.is_none() && self.set.is_empty() && !self.edit
    }

    /// Whether the user is asked, or a stream is read. That can happen once.
    pub(crate) fn asks(&self) -> bool {
        self.data.is_some() || self.edit
    }

    /// The body to send in place of `event`'s own, if there is another one.
    pub(crate) fn body(&self, sender: &Sender, event: &Event) -> io::Result<Option<Vec<u8>>> {
        if self.is_empty() {
            return Ok(None);
        }
        let mut body = match &self.data {
            Some(path) => crate::settings::credentials::read(path, "--data")?.into_bytes(),
            None => serde_json::to_vec(&sender.draft(event)?)?,
        };
        if !self.set.is_empty() {
            let mut value: Value = serde_json::from_slice(&body)
                .map_err(|_| io::Error::other("--set changes JSON, and the body is none"))?;
            for assignment in &self.set {
                set(&mut value, assignment)?;
            }
            body = serde_json::to_vec(&value)?;
        }
        if self.edit {
            body = edited(&body)?;
        }
        Ok(Some(body))
    }
}

/// Follows `a.b.0=value`, making objects where there are none.
fn set(root: &mut Value, assignment: &str) -> io::Result<()> {
    let wrong = |why: &str| io::Error::other(format!("--set: {why}"));
    let (path, text) = assignment
        .split_once('=')
        .ok_or_else(|| wrong("expected PATH=VALUE"))?;
    let mut place = root;
    for name in path.split('.') {
        place = match place {
            Value::Array(items) => {
                let index: usize = name
                    .parse()
                    .map_err(|_| wrong("a list is entered by an index"))?;
                items
                    .get_mut(index)
                    .ok_or_else(|| wrong("the list is shorter"))?
            }
            other => {
                if !other.is_object() {
                    *other = Value::Object(serde_json::Map::new());
                }
                other
                    .as_object_mut()
                    .ok_or_else(|| wrong("no object"))?
                    .entry(name)
                    .or_insert(Value::Null)
            }
        };
    }
    *place = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
    Ok(())
}

/// The body after the user's changes. The file is gone afterwards.
fn edited(body: &[u8]) -> io::Result<Vec<u8>> {
    let editor = env::var("VISUAL")
        .or_else(|_| env::var("EDITOR"))
        .map_err(|_| io::Error::other("--edit: set the environment variable EDITOR"))?;
    let path = env::temp_dir().join(format!("hookgate-{}.json", std::process::id()));
    let pretty = serde_json::from_slice::<Value>(body)
        .and_then(|value| serde_json::to_vec_pretty(&value))
        .unwrap_or_else(|_| body.to_vec());
    let edited = edit_file(&editor, &path, &pretty);
    // No payload is left behind. A missing file is no error of its own.
    let _ = fs::remove_file(&path);
    let edited = edited?;
    // Compact, as senders write. A text that is no JSON goes as it is.
    Ok(match serde_json::from_slice::<Value>(&edited) {
        Ok(value) => serde_json::to_vec(&value)?,
        Err(_) => edited,
    })
}

fn edit_file(editor: &str, path: &Path, text: &[u8]) -> io::Result<Vec<u8>> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    io::Write::write_all(&mut options.open(path)?, text)?;
    // Editors are often given with options: `code --wait`.
    let mut words = editor.split_whitespace();
    let program = words
        .next()
        .ok_or_else(|| io::Error::other("--edit: the environment variable EDITOR is empty"))?;
    if !Command::new(program)
        .args(words)
        .arg(path)
        .status()?
        .success()
    {
        return Err(io::Error::other("--edit: the editor ended with an error"));
    }
    fs::read(path)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::set;

    #[test]
    fn a_member_is_set_wherever_it_is() {
        let mut value = json!({"a": {"b": [1, 2]}, "c": "text"});
        for assignment in [
            "a.b.1=7",
            "a.new.deep=true",
            "c=plain text",
            "d={\"e\":null}",
        ] {
            assert!(set(&mut value, assignment).is_ok(), "{assignment}");
        }
        assert_eq!(
            value,
            json!({
                "a": {"b": [1, 7], "new": {"deep": true}},
                "c": "plain text",
                "d": {"e": null},
            })
        );
        for assignment in ["no equals sign", "a.b.2=1", "a.b.x=1"] {
            assert!(set(&mut value, assignment).is_err(), "{assignment}");
        }
    }
}
