//! The calls of the app's servers about accounts, one per file. Requests and answers are in
//! [`shared::app_server`].

pub(crate) mod delete;
pub(crate) mod end_sessions;
pub(crate) mod find;
pub(crate) mod get;
pub(crate) mod link;
pub(crate) mod list;
pub(crate) mod unlink;

#[cfg(test)]
mod tests;
