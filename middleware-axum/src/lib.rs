//! hookgate for axum.
