//! Whether the server keeps what it has committed.

use hookgate::dedup::StoreError;

use super::core::Core;
use crate::row;

impl Core {
    /// Whether a commit waits for the server's disk, on the connections of this pool.
    pub(super) async fn is_durable(&self) -> Result<bool, StoreError> {
        let settings = "SELECT current_setting('fsync') = 'on' \
             AND current_setting('synchronous_commit') IN ('on', 'local', 'remote_write', 'remote_apply')";
        let rows = self.text(settings.to_owned()).await?;
        rows.first().map_or(Ok(false), |row| row::get(row, 0))
    }
}
