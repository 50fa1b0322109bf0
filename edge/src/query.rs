//! The query of an address, read as strictly as a body: the same key twice is refused (D-18), and
//! what is wrong is named without being repeated.

use std::collections::HashSet;

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;
use shared::ErrorType;

use crate::{ApiError, wording};

/// The query as a type; unknown keys are ignored.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        read(parts.uri.query().unwrap_or_default())
            .map(Query)
            .map_err(|sentence| ApiError::from(ErrorType::InvalidRequest).message(sentence))
    }
}

fn read<T: DeserializeOwned>(query: &str) -> Result<T, String> {
    let mut seen = HashSet::new();
    if !form_urlencoded::parse(query.as_bytes()).all(|(key, _)| seen.insert(key)) {
        return Err("The address has the same key twice.".to_owned());
    }
    let reader = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(reader)
        .map_err(|error| wording::describe(&error.path().to_string(), &error.inner().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Filter {
        user_id: String,
        limit: Option<u8>,
    }

    #[test]
    fn a_query_becomes_its_type() {
        let filter = Filter {
            user_id: "a b".to_owned(),
            limit: Some(7),
        };
        assert_eq!(read("limit=7&user_id=a%20b&more=1"), Ok(filter));
    }

    #[test]
    fn what_is_wrong_is_named_and_not_repeated() {
        for (query, said) in [
            ("", "`user_id` is missing."),
            ("user_id=1&user_id=1", "The address has the same key twice."),
            (
                "user_id=1&user%5Fid=2",
                "The address has the same key twice.",
            ),
        ] {
            assert_eq!(read::<Filter>(query), Err(said.to_owned()), "{query}");
        }
        let sentence = read::<Filter>("user_id=1&limit=secret").unwrap_err();
        assert!(
            sentence.contains("limit") || sentence.contains("malformed"),
            "{sentence}"
        );
        assert!(!sentence.contains("secret"), "{sentence}");
    }
}
