//! The route table: each route goes into the router and into the document in one call.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodRouter, delete, get, post, put};

use super::Operation;
use crate::service::Service;

/// A route as the document tells it.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) operation: fn() -> Operation,
}

/// Routes, each with what it is declared to do.
#[derive(Default)]
pub(crate) struct Endpoints {
    base: &'static str,
    router: Router<Arc<Service>>,
    declared: Vec<Declared>,
}

impl Endpoints {
    /// What follows is below this path.
    pub(crate) fn below(self, base: &'static str) -> Self {
        Self { base, ..self }
    }

    pub(crate) fn get<H: Handler<T, Arc<Service>>, T: 'static>(
        self,
        path: &str,
        handler: H,
        operation: fn() -> Operation,
    ) -> Self {
        self.add("get", path, get(handler), operation)
    }

    pub(crate) fn post<H: Handler<T, Arc<Service>>, T: 'static>(
        self,
        path: &str,
        handler: H,
        operation: fn() -> Operation,
    ) -> Self {
        self.add("post", path, post(handler), operation)
    }

    pub(crate) fn put<H: Handler<T, Arc<Service>>, T: 'static>(
        self,
        path: &str,
        handler: H,
        operation: fn() -> Operation,
    ) -> Self {
        self.add("put", path, put(handler), operation)
    }

    pub(crate) fn delete<H: Handler<T, Arc<Service>>, T: 'static>(
        self,
        path: &str,
        handler: H,
        operation: fn() -> Operation,
    ) -> Self {
        self.add("delete", path, delete(handler), operation)
    }

    fn add(
        mut self,
        method: &'static str,
        path: &str,
        handler: MethodRouter<Arc<Service>>,
        operation: fn() -> Operation,
    ) -> Self {
        let path = format!("{}{path}", self.base);
        self.router = self.router.route(&path, handler);
        self.declared.push(Declared {
            method,
            path,
            operation,
        });
        self
    }

    /// The router, and what is declared about its routes.
    pub(crate) fn into_parts(self) -> (Router<Arc<Service>>, Vec<Declared>) {
        (self.router, self.declared)
    }
}
