//! What the command shows, and how: nothing that was given to it in secret, and no character that a terminal would obey.

pub(crate) mod fault;
pub(crate) mod screen;
pub(crate) mod words;
