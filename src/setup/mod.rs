//! What is wrong with a configuration: [`BuildError`] and [`SecretError`] stop a start, a [`Finding`] warns.

mod build_error;
mod finding;
mod secret_error;

pub use self::{
    build_error::BuildError,
    finding::{Finding, Severity},
    secret_error::{SecretError, Variable},
};
