//! The route table: each route goes into the router and into the document in one call.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodRouter, delete, get, post, put};

use crate::Operation;

/// A route as the document tells it.
#[derive(Debug, Clone)]
pub struct Declared {
    /// In lower case.
    pub method: &'static str,
    /// The route's template.
    pub path: String,
    /// What is said of it.
    pub operation: fn() -> Operation,
}

/// Routes, each with what it is declared to do.
#[derive(Debug)]
pub struct Endpoints<S> {
    base: &'static str,
    router: Router<S>,
    declared: Vec<Declared>,
}

impl<S: Clone + Send + Sync + 'static> Default for Endpoints<S> {
    fn default() -> Self {
        Self {
            base: "",
            router: Router::new(),
            declared: Vec::new(),
        }
    }
}

impl<S: Clone + Send + Sync + 'static> Endpoints<S> {
    /// What follows is below this path.
    #[must_use]
    pub fn below(self, base: &'static str) -> Self {
        Self { base, ..self }
    }

    /// `GET` of this path.
    #[must_use]
    pub fn get<H: Handler<T, S>, T: 'static>(
        self,
        path: &str,
        handler: H,
        operation: fn() -> Operation,
    ) -> Self {
        self.add("get", path, get(handler), operation)
    }

    /// `POST` of this path.
    #[must_use]
    pub fn post<H: Handler<T, S>, T: 'static>(
        self,
        path: &str,
        handler: H,
        operation: fn() -> Operation,
    ) -> Self {
        self.add("post", path, post(handler), operation)
    }

    /// `PUT` of this path.
    #[must_use]
    pub fn put<H: Handler<T, S>, T: 'static>(
        self,
        path: &str,
        handler: H,
        operation: fn() -> Operation,
    ) -> Self {
        self.add("put", path, put(handler), operation)
    }

    /// `DELETE` of this path.
    #[must_use]
    pub fn delete<H: Handler<T, S>, T: 'static>(
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
        handler: MethodRouter<S>,
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
    pub fn into_parts(self) -> (Router<S>, Vec<Declared>) {
        (self.router, self.declared)
    }
}
