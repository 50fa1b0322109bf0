//! The OpenAPI 3.1 documents of both servers.
//!
//! Nothing is described here. An operation is declared beside its handler, the schemas are those of
//! the wire types, and [`Endpoints`] takes a route only together with its operation, so that the
//! routes and the document can't part ways. With the feature `testing` every answer of a router's tests is
//! held to its document ([`testing`]).
//!
//! Deliberately absent: routes, words about either server, and pages.

mod document;
mod endpoints;
mod example;
mod operation;
mod schemas;
#[cfg(feature = "testing")]
pub mod testing;

pub use document::Document;
pub use endpoints::{Declared, Endpoints};
pub use example::Example;
pub use operation::{Access, Operation, Tag};
