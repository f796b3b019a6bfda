//! `hookgate inbox list`: events, page by page.

use std::{io, process::ExitCode};

use clap::Args;
use hookgate::{
    inbox::{Operations, Position},
    time::{Clock, SystemClock},
};
use serde_json::json;

use super::{failed, row, which::Which};
use crate::output::screen::{Screen, note};

/// List events: those that wait, the oldest first, then dead letters.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    hookgate inbox sqlite:webhooks.db list --dead --endpoint logto\n  \
    hookgate inbox sqlite:webhooks.db list --json | jq -r .key")]
pub(super) struct List {
    #[command(flatten)]
    which: Which,
    /// Dead letters alone.
    #[arg(long, conflicts_with = "queued")]
    dead: bool,
    /// What waits or runs alone.
    #[arg(long)]
    queued: bool,
    /// How many at most.
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Go on where the last page ended: the position that it showed.
    #[arg(long, value_name = "POSITION")]
    after: Option<String>,
}

impl List {
    pub(super) async fn run(self, operations: &Operations, json: bool) -> io::Result<ExitCode> {
        let dead = match (self.dead, self.queued) {
            (false, false) => None,
            (dead, _) => Some(dead),
        };
        let filter = self.which.filter(dead);
        let mut after = self.after.as_deref().map(Position::new);
        let mut left = self.limit;
        let now = SystemClock::new().now();
        let mut screen = Screen::stdout();
        let mut is_empty = true;
        while left > 0 {
            let page = operations.list(&filter, after.as_ref(), left).await;
            let page = page.map_err(failed)?;
            for row in &page.rows {
                is_empty = false;
                if json {
                    screen.json(&row::members(row))?;
                    continue;
                }
                screen.say(format_args!(
                    "{}  {}  {}  accepted {}  {}",
                    row.key,
                    row.endpoint,
                    row.event_type,
                    row.accepted_at.to_rfc3339(),
                    row::stands(row, now)
                ))?;
            }
            left = left.saturating_sub(page.rows.len());
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        match after {
            Some(next) if json => screen.json(&json!({"next": next.as_str()}))?,
            Some(next) => note(format_args!("more: --after '{}'", next.as_str())),
            None if is_empty && !json => note("nothing is kept that is meant"),
            None => {}
        }
        Ok(ExitCode::SUCCESS)
    }
}
