//! What the README shows is what compiles.

use std::{error::Error, fs, path::Path};

#[test]
fn the_readme_shows_the_minimal_program() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let example = fs::read_to_string(root.join("examples/axum_logto.rs"))?;
    let program = example
        .lines()
        .skip_while(|line| line.starts_with("//!") || line.is_empty())
        .collect::<Vec<_>>()
        .join("\n");
    for readme in ["README.md", "middleware-axum/README.md"] {
        let text = fs::read_to_string(root.join(readme))?.replace("\r\n", "\n");
        assert!(
            text.contains(&format!("```rust\n{program}\n```")),
            "{readme} does not show examples/axum_logto.rs as it is"
        );
    }
    Ok(())
}

#[test]
fn the_readme_shows_the_command_that_sends_an_event() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let example = fs::read_to_string(root.join("examples/axum_logto.rs"))?;
    let command = example
        .lines()
        .filter_map(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .skip_while(|line| *line != "```sh")
        .collect::<Vec<_>>()
        .join("\n");
    let readme = fs::read_to_string(root.join("README.md"))?.replace("\r\n", "\n");
    assert!(
        readme.contains(&command),
        "README.md does not show the command of examples/axum_logto.rs as it is"
    );
    Ok(())
}
