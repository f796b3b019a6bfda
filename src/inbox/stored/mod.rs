//! What an inbox keeps of a delivery: the request as it came, and what was proved of it.
//!
//! | file | holds |
//! | --- | --- |
//! | `request` | the request |
//! | `verdict` | what was proved of it |
//! | `format` | both as bytes |
//! | `cursor` | how such bytes are written and read |

mod cursor;
mod format;
mod request;
mod verdict;

pub use self::{
    format::{FORMAT, StoredDelivery, Unreadable},
    request::StoredRequest,
    verdict::{ProvedBy, StoredCoverage, StoredVerdict},
};
