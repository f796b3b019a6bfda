//! `hookgate inbox serve`: the inbox in a browser.

use std::{io, net::Ipv4Addr, process::ExitCode};

use clap::Args;
use hookgate::inbox::BoxInbox;
use hookgate_inspector::Inspector;

use crate::{
    commands::{bind::bind, stop::Stop},
    output::screen::note,
};

/// Show the inbox in a browser, on this machine alone. It changes nothing. Ctrl-C ends it.
///
/// Whoever has an account on this machine can see the pages while it runs. What is encrypted needs its key, as for `show`.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    hookgate inbox sqlite:webhooks.db serve\n  \
    hookgate inbox sqlite:webhooks.db serve --port 8025 --personal-data")]
pub(super) struct Serve {
    /// The port. 0 takes a free one and says which.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Let readers see requests and errors as they are, personal data included, where they ask for it.
    #[arg(long)]
    personal_data: bool,
}

impl Serve {
    /// `named` is how the inbox was named.
    pub(super) async fn run(self, inbox: BoxInbox, named: &[String]) -> io::Result<ExitCode> {
        let mut builder = Inspector::builder().inbox(inbox).inbox_arguments(named);
        if self.personal_data {
            builder = builder.show_contents();
        }
        let inspector = builder.build().map_err(io::Error::other)?;
        let listener = bind((Ipv4Addr::LOCALHOST, self.port)).await?;
        let stop = Stop::new()?;
        note(format_args!(
            "the inbox is at http://{}; Ctrl-C ends it",
            listener.local_addr()?
        ));
        inspector
            .on_loopback()
            .serve(listener, stop.asked())
            .await?;
        Ok(ExitCode::SUCCESS)
    }
}
