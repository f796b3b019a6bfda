//! What the inbox already holds tells how the application keeps its events.

use std::io;

use hookgate::inbox::{Filter, Masked, Operations, ProvedBy};

use crate::commands::inbox::failed;

/// So many of the newest events are looked at: each is one more question to the inbox.
const LOOKED_AT: usize = 20;

/// Refuses where the newest event that was sent to the endpoint has a tenant and none is named, or the other way round. All
/// keys would be others, and what was handled would run again. An inbox that holds nothing tells nothing.
pub(super) async fn refuse_other_tenants(
    operations: &Operations,
    endpoint: &str,
    is_named: bool,
) -> io::Result<()> {
    let held = newest(operations, Filter::all().of_endpoint(endpoint)).await?;
    let mut sent = held.iter().filter_map(|it| it.request.as_ref().ok());
    // What the fallback or this command put there says what those were told, and not what the endpoint is.
    let sent = sent.find(|it| matches!(it.proved_by, ProvedBy::Signature | ProvedBy::Access));
    match sent.map(|it| it.tenant.is_some()) {
        Some(true) if !is_named => Err(io::Error::other(
            "the endpoint serves tenants, as an event in the inbox shows: name the hook's with --tenant",
        )),
        Some(false) if is_named => Err(io::Error::other(
            "the endpoint serves no tenants, as an event in the inbox shows: leave out --tenant",
        )),
        _ => Ok(()),
    }
}

/// Refuses where one of the newest events is encrypted: in the clear, a new one would be read by whoever can read the tables.
pub(super) async fn refuse_encrypted(operations: &Operations) -> io::Result<()> {
    let held = newest(operations, Filter::all()).await?;
    // Formats in the clear are odd, and the number behind is the encrypted one.
    if held.iter().any(|it| it.format.is_multiple_of(2)) {
        return Err(io::Error::other(
            "the inbox holds encrypted events: name the application's encryption key in place of --unencrypted",
        ));
    }
    Ok(())
}

async fn newest(operations: &Operations, filter: Filter) -> io::Result<Vec<Masked>> {
    let filter = filter.newest_first();
    let page = operations.list(&filter, None, LOOKED_AT).await;
    let mut held = Vec::new();
    for row in page.map_err(failed)?.rows {
        held.extend(operations.show(&row.key).await.map_err(failed)?);
    }
    Ok(held)
}
